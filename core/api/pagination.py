"""Pagination: the format of every list."""

import math
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response


def page_body(items: Any, *, total: int, number: int, size: int, pages: int) -> dict[str, Any]:
    """The body of a page."""
    return {"items": items, "total": total, "page": number, "page_size": size, "total_pages": pages}


def first_page(items: Sequence[Any]) -> dict[str, Any]:
    """The body for a request without pagination parameters."""
    size = DefaultPagination.page_size
    pages = max(math.ceil(len(items) / size), 1)
    return page_body(items[:size], total=len(items), number=1, size=size, pages=pages)


def is_page_requested(request: Request) -> bool:
    """Whether the request has pagination parameters."""
    return "page" in request.query_params or "page_size" in request.query_params


class DefaultPagination(PageNumberPagination):
    """`{"items": [...], "total", "page", "page_size", "total_pages"}`, 50 to a page, at most 100."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int:
        """The requested page size, at most 100. Raises `ValidationError` if it is not a positive whole number."""
        requested = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not (requested.isascii() and requested.isdecimal() and requested.strip("0")):
            raise serializers.ValidationError(
                {self.page_size_query_param: [_("The page size must be a positive whole number.")]}
            )
        # Four digits are enough. Python refuses to parse numbers with thousands of digits.
        return min(int(requested.lstrip("0")[:4]), self.max_page_size)

    def get_page_number(self, request: Request, paginator: Any) -> str:
        """The requested page, unchanged: REST framework would treat an empty value as the first page."""
        return request.query_params.get(self.page_query_param, "1")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        return [{**parameter, "schema": {"type": "integer", "minimum": 1}} for parameter in parameters]

    def get_paginated_response(self, data: Any) -> Response:
        assert self.page is not None, "paginate_queryset comes first"
        paginator = self.page.paginator
        return Response(
            page_body(
                data,
                total=paginator.count,
                number=self.page.number,
                size=paginator.per_page,
                pages=paginator.num_pages,
            )
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        number = {"type": "integer"}
        properties = {"items": schema, "total": number, "page": number, "page_size": number, "total_pages": number}
        return {"type": "object", "required": list(properties), "properties": properties}
