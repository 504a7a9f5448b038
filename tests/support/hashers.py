"""A password hasher for tests: the real algorithm with the cheapest parameters."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2 that takes a fraction of a millisecond: tests do not need passwords that are expensive to guess."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
