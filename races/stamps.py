"""The name under which answers about results are remembered (`fantasyf1.kit.stamps`)."""

# Changes with every classification, and with seasons and races: rarely enough for one name.
RESULTS = "results"
