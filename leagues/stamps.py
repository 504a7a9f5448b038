"""The names under which answers about a league are remembered (`fantasyf1.kit.stamps`)."""


def of_league(league_id: int) -> str:
    """Changes with the league itself, and with its scores."""
    return f"league:{league_id}"


def of_membership(league_id: int, user_id: int) -> str:
    """Changes when the person joins or leaves the league."""
    return f"membership:{league_id}:{user_id}"
