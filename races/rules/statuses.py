"""How a car's race ended, in the words of the F1 API, for readers in every language. No Django, no clock."""

import re

from core.translation import gettext, gettext_noop, ngettext

# What Jolpica and F1DB write. A status that is not in this list is shown as it is.
KNOWN = (
    gettext_noop("Finished"),
    gettext_noop("Lapped"),
    gettext_noop("Retired"),
    gettext_noop("Disqualified"),
    gettext_noop("Excluded"),
    gettext_noop("Not classified"),
    gettext_noop("Did not start"),
    gettext_noop("Did not qualify"),
    gettext_noop("Did not prequalify"),
    gettext_noop("Withdrew"),
    gettext_noop("Withdrawn"),
    gettext_noop("Not restarted"),
    gettext_noop("107% Rule"),
    gettext_noop("Accident"),
    gettext_noop("Battery"),
    gettext_noop("Brake duct"),
    gettext_noop("Brakes"),
    gettext_noop("Broken wing"),
    gettext_noop("Chassis"),
    gettext_noop("Clutch"),
    gettext_noop("Collision"),
    gettext_noop("Collision damage"),
    gettext_noop("Cooling system"),
    gettext_noop("Damage"),
    gettext_noop("Debris"),
    gettext_noop("Differential"),
    gettext_noop("Drivetrain"),
    gettext_noop("Driveshaft"),
    gettext_noop("Driver unwell"),
    gettext_noop("ERS"),
    gettext_noop("Electrical"),
    gettext_noop("Electronics"),
    gettext_noop("Engine"),
    gettext_noop("Engine fire"),
    gettext_noop("Engine misfire"),
    gettext_noop("Exhaust"),
    gettext_noop("Fire"),
    gettext_noop("Front wing"),
    gettext_noop("Fuel"),
    gettext_noop("Fuel leak"),
    gettext_noop("Fuel pressure"),
    gettext_noop("Fuel pump"),
    gettext_noop("Fuel system"),
    gettext_noop("Gearbox"),
    gettext_noop("Handling"),
    gettext_noop("Hydraulics"),
    gettext_noop("Illness"),
    gettext_noop("Injured"),
    gettext_noop("Injury"),
    gettext_noop("Mechanical"),
    gettext_noop("Oil leak"),
    gettext_noop("Oil pressure"),
    gettext_noop("Oil pump"),
    gettext_noop("Out of fuel"),
    gettext_noop("Overheating"),
    gettext_noop("Pneumatics"),
    gettext_noop("Power Unit"),
    gettext_noop("Power loss"),
    gettext_noop("Puncture"),
    gettext_noop("Radiator"),
    gettext_noop("Rear wing"),
    gettext_noop("Safety concerns"),
    gettext_noop("Seat"),
    gettext_noop("Spark plugs"),
    gettext_noop("Spun off"),
    gettext_noop("Stalled"),
    gettext_noop("Steering"),
    gettext_noop("Suspension"),
    gettext_noop("Technical"),
    gettext_noop("Throttle"),
    gettext_noop("Transmission"),
    gettext_noop("Turbo"),
    gettext_noop("Tyre"),
    gettext_noop("Underweight"),
    gettext_noop("Undertray"),
    gettext_noop("Vibrations"),
    gettext_noop("Water leak"),
    gettext_noop("Water pressure"),
    gettext_noop("Water pump"),
    gettext_noop("Wheel"),
    gettext_noop("Wheel bearing"),
    gettext_noop("Wheel nut"),
    gettext_noop("Wheel rim"),
)
LAPS_DOWN = re.compile(r"\+(\d+) laps?", re.IGNORECASE)


def comparable(status: str) -> str:
    """The status without blanks and underscores, in lower case: the API writes “Did not start” and “Did_not_start”."""
    return "".join(status.replace("_", " ").split()).lower()


_BY_COMPARABLE = {comparable(status): status for status in KNOWN}


def shown_status(status: str) -> str:
    """The status as the reader sees it.

    >>> [shown_status(status) for status in ("Did_not_start", "+1 Lap", "+2 Laps", "Meteorite")]
    ['Did not start', '+1 lap', '+2 laps', 'Meteorite']
    """
    if match := LAPS_DOWN.fullmatch(status):
        return ngettext("+%(count)s lap", "+%(count)s laps", int(match[1])) % {"count": match[1]}
    known = _BY_COMPARABLE.get(comparable(status))
    return gettext(known) if known else status
