"""The time zones of the circuits, which the F1 API does not have."""

from zoneinfo import ZoneInfo

# By the F1 API's circuitId: the circuits since 2000, and those that are announced.
ZONES = {
    "Asia/Baku": ["baku"],
    "Asia/Bahrain": ["bahrain"],
    "Asia/Dubai": ["yas_marina"],
    "Asia/Kolkata": ["buddh"],
    "Asia/Kuala_Lumpur": ["sepang"],
    "Asia/Qatar": ["losail"],
    "Asia/Riyadh": ["jeddah"],
    "Asia/Seoul": ["yeongam"],
    "Asia/Shanghai": ["shanghai"],
    "Asia/Singapore": ["marina_bay"],
    "Asia/Tokyo": ["suzuka", "fuji"],
    "America/Chicago": ["americas"],
    "America/Indiana/Indianapolis": ["indianapolis"],
    "America/Los_Angeles": ["vegas"],
    "America/Mexico_City": ["rodriguez"],
    "America/New_York": ["miami"],
    "America/Sao_Paulo": ["interlagos"],
    "America/Toronto": ["villeneuve"],
    "Australia/Melbourne": ["albert_park"],
    "Europe/Amsterdam": ["zandvoort"],
    "Europe/Berlin": ["hockenheimring", "nurburgring"],
    "Europe/Brussels": ["spa"],
    "Europe/Budapest": ["hungaroring"],
    "Europe/Istanbul": ["istanbul"],
    "Europe/Lisbon": ["portimao"],
    "Europe/London": ["silverstone"],
    "Europe/Madrid": ["catalunya", "valencia", "madring"],
    "Europe/Monaco": ["monaco"],
    "Europe/Moscow": ["sochi"],
    "Europe/Paris": ["magny_cours", "ricard"],
    "Europe/Rome": ["monza", "imola", "mugello"],
    "Europe/Vienna": ["red_bull_ring"],
}
ZONE_OF = {circuit: zone for zone, circuits in ZONES.items() for circuit in circuits}


def circuit_zone(ref: str) -> ZoneInfo | None:
    """Return the time zone of a circuit; None if it is not known.

    >>> circuit_zone("suzuka"), circuit_zone("moon")
    (zoneinfo.ZoneInfo(key='Asia/Tokyo'), None)
    """
    zone = ZONE_OF.get(ref)
    return ZoneInfo(zone) if zone else None
