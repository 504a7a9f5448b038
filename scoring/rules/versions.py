"""Versions of the inputs: which revision of a result counts for a draft, and when a draft has to be scored."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class InputVersion(NamedTuple):
    """What a draft is scored from: the revisions of its results (0: none) and the version of the replacements."""

    race: int
    sprint: int = 0
    replacements: int = 0


class Revision(NamedTuple):
    """A revision of a result, and when it was recorded."""

    number: int
    recorded_at: datetime


class Revisions(NamedTuple):
    """The revisions of the results of a race and of its sprint."""

    race: list[Revision]
    sprint: list[Revision]


def effective_revision(revisions: Iterable[Revision], frozen_at: datetime | None) -> int:
    """The number of the revision that counts for a league: the latest, or the latest before it froze; 0 if none.

    If there was no result yet at that time, the first revision counts: a late result is not a correction.

    >>> known = [Revision(1, datetime(2025, 3, 16)), Revision(2, datetime(2025, 3, 30))]
    >>> [effective_revision(known, at) for at in (None, datetime(2025, 3, 23), datetime(2025, 3, 1))]
    [2, 1, 1]
    """
    ordered = sorted(revisions)
    if frozen_at is None:
        return ordered[-1].number if ordered else 0
    in_time = [revision.number for revision in ordered if revision.recorded_at <= frozen_at]
    return in_time[-1] if in_time else min((revision.number for revision in ordered), default=0)


class CorrectionPolicy(NamedTuple):
    """The settings that decide which results a draft is scored from. `freeze_days` 0: it follows every correction."""

    sprints: bool
    freeze_days: int

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "CorrectionPolicy":
        """The policy that league settings describe.

        >>> CorrectionPolicy.from_settings({"sprints": True, "corrections": "follow", "freeze_days": 7})
        CorrectionPolicy(sprints=True, freeze_days=0)
        """
        return cls(bool(settings["sprints"]), settings["freeze_days"] if settings["corrections"] == "freeze" else 0)

    def frozen_at(self, expected_start: datetime) -> datetime | None:
        """When corrections of a race that starts then stop counting; None for never."""
        return expected_start + timedelta(days=self.freeze_days) if self.freeze_days else None

    def has_frozen(self, expected_start: datetime, now: datetime) -> bool:
        frozen_at = self.frozen_at(expected_start)
        return frozen_at is not None and frozen_at < now

    def due_version(self, expected_start: datetime, revisions: Revisions, replacements_version: int) -> InputVersion:
        """What a draft of the race should be scored from. If sprints do not count, their results are ignored.

        >>> start = datetime(2025, 3, 16)
        >>> revisions = Revisions(race=[Revision(1, start), Revision(2, start + timedelta(days=9))], sprint=[])
        >>> [CorrectionPolicy(False, days).due_version(start, revisions, 0).race for days in (0, 7)]
        [2, 1]
        """
        frozen_at = self.frozen_at(expected_start)
        sprint = effective_revision(revisions.sprint, frozen_at) if self.sprints else 0
        return InputVersion(effective_revision(revisions.race, frozen_at), sprint, replacements_version)


def needs_scoring(scored_from: InputVersion | None, due: InputVersion, *, is_frozen: bool = False) -> bool:
    """Whether a draft that was scored from `scored_from` has to be scored from `due`.

    Revisions only increase, so a late run that started with older ones never overwrites newer scores. Frozen drafts
    ignore changed replacements too.

    >>> needs_scoring(None, InputVersion(1)), needs_scoring(InputVersion(1), InputVersion(2))
    (True, True)
    >>> needs_scoring(InputVersion(2), InputVersion(1))
    False
    >>> needs_scoring(InputVersion(1), InputVersion(1, replacements=1))
    True
    >>> needs_scoring(InputVersion(1), InputVersion(1, replacements=1), is_frozen=True)
    False
    """
    if scored_from is None:
        return True
    if is_frozen:
        due = due._replace(replacements=scored_from.replacements)
    return due != scored_from and all(was <= now for was, now in zip(scored_from, due, strict=True))
