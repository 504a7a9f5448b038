"""The OpenAPI schema as it is served: generated once in each process, which takes seconds, and kept as bytes.

It depends on nothing in a request. So everyone gets the same text, in the default language, as in docs/openapi.yaml.
"""

import gzip
import hashlib
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.encoding import force_bytes
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

RENDERERS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}


@dataclass(frozen=True)
class SchemaDocument:
    """The schema in one format, as it is and compressed with gzip. `etag` is weak: it names both."""

    body: bytes
    compressed: bytes
    etag: str


# Requests that arrive while the schema is being generated wait for it, rather than generating it as well.
_lock = threading.Lock()


def schema_document(kind: str) -> SchemaDocument:
    """The schema as "yaml" or "json"."""
    with _lock:
        return _document(kind)


@cache
def _document(kind: str) -> SchemaDocument:
    body = force_bytes(RENDERERS[kind]().render(_schema(), renderer_context={}))
    # Without the time of compression, so that all processes send the same bytes.
    return SchemaDocument(body, gzip.compress(body, mtime=0), f'W/"{hashlib.sha256(body).hexdigest()[:32]}"')


@cache
def _schema() -> Any:
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]
    with translation.override(settings.LANGUAGE_CODE):
        return generator.get_schema(request=None, public=True)
