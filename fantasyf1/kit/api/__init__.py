"""What all doors of the REST API share: how lists, faults, moments and points are written, and what is read.

The modules are named one by one in the settings: REST framework imports some of them while its own views are not yet
there, so this package must not import them all at once.
"""
