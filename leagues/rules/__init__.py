"""Rules of leagues as plain values: settings, rule sets, custom points and capacity. No Django, no clock."""

from .capacity import bots_for_start, check_capacity, max_constructors
from .custom_points import MAX_PLACES, CustomPoints, custom_point_labels, parse_custom_points
from .explanations import RuleExample, RulesSection, choice_in_words, game_in_short, rules_by_section, rules_in_full
from .league_settings import (
    SETTINGS,
    SETTINGS_FIELDS,
    Effect,
    Section,
    Setting,
    corrections_text,
    settings_affecting,
)
from .rule_sets import RuleSet

__all__ = [
    "MAX_PLACES",
    "SETTINGS",
    "SETTINGS_FIELDS",
    "CustomPoints",
    "Effect",
    "RuleExample",
    "RuleSet",
    "RulesSection",
    "Section",
    "Setting",
    "bots_for_start",
    "check_capacity",
    "choice_in_words",
    "corrections_text",
    "custom_point_labels",
    "game_in_short",
    "max_constructors",
    "parse_custom_points",
    "rules_by_section",
    "rules_in_full",
    "settings_affecting",
]
