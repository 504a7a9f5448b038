"""Cache tags for responses about a league (`fantasyf1.kit.stamps`)."""


def of_league(league_id: int) -> str:
    """Tag invalidated when the league or its scores change."""
    return f"league:{league_id}"


def of_membership(league_id: int, user_id: int) -> str:
    """Tag invalidated when the user joins or leaves the league, or gets another role."""
    return f"membership:{league_id}:{user_id}"
