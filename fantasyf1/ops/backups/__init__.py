"""Backups: archives of the database, their copies in another place, and how they are restored.

An archive is one file with everything that a restore needs: the dump, a manifest, and the keys of the data folder if it
is encrypted. `archives` reads and writes the file, `postgresql` and `sqlite` dump and restore the database, `creation`
and `restoring` are the two use cases.
"""
