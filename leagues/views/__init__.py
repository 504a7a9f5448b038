"""Pages to find, create, join, change and leave leagues, and to answer invitations."""
