"""REST framework, JSON Web Tokens, CORS, rate limits and the OpenAPI schema."""

from datetime import timedelta

from corsheaders.defaults import default_headers

from fantasyf1.ops import data_dir
from fantasyf1.settings.base import FANTASYF1_HOME, TRUSTED_PROXIES, VERSION
from fantasyf1.settings.env import not_negative, origins, read

JWT_SIGNING_KEY = read("str", "JWT_SIGNING_KEY", "") or data_dir.read_or_create_secret(
    FANTASYF1_HOME, "jwt-signing-key"
)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.DefaultPagination",
    "DEFAULT_THROTTLE_CLASSES": [
        "core.api.throttling.UserThrottle",
        "core.api.throttling.AddressThrottle",
    ],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.ProjectAutoSchema",
    "EXCEPTION_HANDLER": "core.api.exceptions.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXIES,
    # The OpenAPI schema describes the operations; OPTIONS is disabled.
    "DEFAULT_METADATA_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "AUDIENCE": "fantasyf1-api",
    "ISSUER": "fantasyf1",
}
API_PER_MINUTE_AND_USER = read("int", "API_PER_MINUTE_AND_USER", 1_200, validate=not_negative)
API_PER_MINUTE_AND_ADDRESS = read("int", "API_PER_MINUTE_AND_ADDRESS", 6_000, validate=not_negative)

# Other sites whose pages may use the API: none by default. They send a token, never a cookie.
CORS_ALLOWED_ORIGINS = read("list", "CORS_ALLOWED_ORIGINS", [], validate=origins)
CORS_URLS_REGEX = r"^/(api|live)/"
CORS_ALLOW_HEADERS = [
    *default_headers,
    "idempotency-key",
    "if-none-match",
    "last-event-id",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Idempotent-Replayed",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
]

SPECTACULAR_SETTINGS = {
    "TITLE": "Fantasy F1",
    "DESCRIPTION": (
        "Draft, score and follow a fantasy Formula 1 league. Sign in and send your token as a bearer token."
        " A *constructor* is one player's fantasy team in one league. McLaren is a *team*."
    ),
    "TAGS": [{"name": "commissioner", "description": "What a league's managers can do with a draft."}],
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    # Separate components for requests and responses: text in a request must not be empty.
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.forbid_unknown_fields",
        "core.api.examples.add_examples",
        "core.api.schema.extract_shared_components",
        "drafts.api.stream_schema.add_stream_to_schema",
        "fantasyf1.person_stream_schema.add_stream_to_schema",
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "RaceState": "races.models.Race.State",
        "SessionKind": "races.models.Session.Kind",
        "ClassificationKind": "races.models.Classification.Kind",
        "FirstDraftStart": "leagues.models.League.FirstDraftStart",
        "LeagueVisibility": "leagues.models.League.Visibility",
        "InvitationState": "leagues.models.Invitation.State",
        "MemberRole": "leagues.models.Membership.Role",
        "GivenRole": "leagues.api.serializers.GIVEN_ROLES",
        "LeagueScoring": "leagues.models.SettingsVersion.Scoring",
        "DraftState": "drafts.models.Draft.State",
        "OrderSource": "drafts.models.Draft.OrderSource",
        "PickSource": "drafts.models.Pick.Source",
        "DraftEventKind": "drafts.models.DraftEvent.Kind",
        "DeviceKind": "notifications.models.PushSubscription.Kind",
        "AvatarColour": "accounts.models.User.Colour",
        "AvatarBadge": "accounts.models.User.Badge",
        "Theme": "accounts.models.User.Theme",
        "Contrast": "accounts.models.User.Contrast",
        "AutodraftSwitch": "constructors.models.Constructor.Autodraft",
    },
}
