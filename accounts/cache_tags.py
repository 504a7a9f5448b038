"""Cache tags of accounts, for tag-based invalidation (`core.cache.tags`)."""


def user_tag(user_id: int | str) -> str:
    """The tag that is invalidated when a user's sign-ins, on any device, or permissions change."""
    return f"user:{user_id}"
