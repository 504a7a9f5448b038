"""Cache tags for responses about a league (`core.cache.tags`)."""


def league_tag(league_id: int) -> str:
    """Tag invalidated when the league or its scores change."""
    return f"league:{league_id}"


def membership_tag(league_id: int, user_id: int) -> str:
    """Tag invalidated when the user joins or leaves the league, or gets another role."""
    return f"membership:{league_id}:{user_id}"
