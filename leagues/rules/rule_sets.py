"""Rule sets: how drivers score in a league."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core.formatting.points import format_points

from .custom_points import CustomPoints, parse_custom_points


@dataclass(frozen=True)
class RuleSet:
    """How drivers score in a league. Leagues with equal rule sets share a `key` and thus the scores of drivers.

    A boolean field is the league setting of the same name.
    """

    kind: str = "inverted_position"
    sprints: bool = False
    fastest_lap_point: bool = False
    custom: CustomPoints = field(default_factory=CustomPoints)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "RuleSet":
        """The rule set that league settings describe. Custom points count only if the league scores by them.

        >>> RuleSet.from_settings({"scoring": "standard_f1", "sprints": 1, "fastest_lap_point": 0, "custom_points": {}})
        ... # doctest: +ELLIPSIS
        RuleSet(kind='standard_f1', sprints=True, fastest_lap_point=False, custom=...)
        """
        # bool(): raw SQL on SQLite returns 0 and 1, and the key is a digest of the JSON.
        flags = {item.name: bool(settings[item.name]) for item in fields(cls) if item.type is bool}
        is_custom = settings["scoring"] == "custom"
        custom = parse_custom_points(settings["custom_points"]) if is_custom else CustomPoints()
        return cls(kind=settings["scoring"], custom=custom, **flags)

    @property
    def key(self) -> str:
        """A short digest of all rules that affect points.

        >>> RuleSet().key == RuleSet(kind="inverted_position").key
        True
        >>> RuleSet().key == RuleSet(sprints=True).key
        False
        """
        text = json.dumps(asdict(self), default=format_points, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
