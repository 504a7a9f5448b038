"""REST API of leagues, memberships, settings and invitations."""
