"""Responses that several operations of accounts have in common, for the schema."""

from drf_spectacular.utils import OpenApiResponse

NO_CONTENT_RESPONSE = OpenApiResponse(description="Done. The response has no content.")
