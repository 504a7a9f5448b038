"""Countries: the words for them in the results (“Dutch”, “UK”), their ISO 3166 codes, and their names for readers."""

from core.translation import gettext as _

# Nationalities and names of countries as Jolpica and F1DB write them.
WORDS = {
    "ae": ("UAE", "United Arab Emirates", "Emirati"),
    "ar": ("Argentina", "Argentine", "Argentinian"),
    "at": ("Austria", "Austrian"),
    "au": ("Australia", "Australian"),
    "az": ("Azerbaijan", "Azerbaijani"),
    "be": ("Belgium", "Belgian"),
    "bh": ("Bahrain", "Bahraini"),
    "br": ("Brazil", "Brazilian"),
    "ca": ("Canada", "Canadian"),
    "ch": ("Switzerland", "Swiss"),
    "cn": ("China", "Chinese"),
    "de": ("Germany", "German"),
    "dk": ("Denmark", "Danish"),
    "es": ("Spain", "Spanish"),
    "fi": ("Finland", "Finnish"),
    "fr": ("France", "French"),
    "gb": ("UK", "United Kingdom", "Great Britain", "British"),
    "hu": ("Hungary", "Hungarian"),
    "in": ("India", "Indian"),
    "it": ("Italy", "Italian"),
    "jp": ("Japan", "Japanese"),
    "mc": ("Monaco", "Monegasque", "Monégasque"),
    "mx": ("Mexico", "Mexican"),
    "my": ("Malaysia", "Malaysian"),
    "nl": ("Netherlands", "Dutch"),
    "nz": ("New Zealand", "New Zealander"),
    "pl": ("Poland", "Polish"),
    "pt": ("Portugal", "Portuguese"),
    "qa": ("Qatar", "Qatari"),
    "ru": ("Russia", "Russian"),
    "sa": ("Saudi Arabia", "Saudi"),
    "se": ("Sweden", "Swedish"),
    "sg": ("Singapore", "Singaporean"),
    "th": ("Thailand", "Thai"),
    "tr": ("Turkey", "Türkiye", "Turkish"),
    "us": ("USA", "United States", "United States of America", "American"),
}
_CODES = {word.casefold(): code for code, words in WORDS.items() for word in words}


def country_code(word: str) -> str:
    """The code of the country that a nationality or name means; empty if the site does not know the word.

    >>> country_code("Dutch"), country_code("United States of America"), country_code("Ruritanian")
    ('nl', 'us', '')
    """
    return _CODES.get(word.strip().casefold(), "")


def country_name(word: str) -> str:
    """The country's name in the reader's language; a word that the site does not know stays as it is.

    >>> country_name("Dutch"), country_name("Ruritanian")
    ('Netherlands', 'Ruritanian')
    """
    return _names().get(country_code(word), word)


def _names() -> dict[str, str]:
    return {
        "ae": _("United Arab Emirates"),
        "ar": _("Argentina"),
        "at": _("Austria"),
        "au": _("Australia"),
        "az": _("Azerbaijan"),
        "be": _("Belgium"),
        "bh": _("Bahrain"),
        "br": _("Brazil"),
        "ca": _("Canada"),
        "ch": _("Switzerland"),
        "cn": _("China"),
        "de": _("Germany"),
        "dk": _("Denmark"),
        "es": _("Spain"),
        "fi": _("Finland"),
        "fr": _("France"),
        "gb": _("United Kingdom"),
        "hu": _("Hungary"),
        "in": _("India"),
        "it": _("Italy"),
        "jp": _("Japan"),
        "mc": _("Monaco"),
        "mx": _("Mexico"),
        "my": _("Malaysia"),
        "nl": _("Netherlands"),
        "nz": _("New Zealand"),
        "pl": _("Poland"),
        "pt": _("Portugal"),
        "qa": _("Qatar"),
        "ru": _("Russia"),
        "sa": _("Saudi Arabia"),
        "se": _("Sweden"),
        "sg": _("Singapore"),
        "th": _("Thailand"),
        "tr": _("Türkiye"),
        "us": _("United States"),
    }
