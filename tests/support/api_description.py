"""The description of the API, as generated from the code."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@cache
def api_description() -> dict[str, Any]:
    """The description, which takes half a second to generate. All tests of a process share it, so do not change it."""
    generator: Any = SchemaGenerator()
    description: dict[str, Any] = generator.get_schema(request=None, public=True)
    return description
