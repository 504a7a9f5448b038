"""The names under which answers about a person are remembered (`fantasyf1.kit.stamps`)."""


def of_user(user_id: int | str) -> str:
    """Changes with whatever decides whether the person is signed in, in any of his apps, and what he may."""
    return f"user:{user_id}"
