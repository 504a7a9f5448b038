"""The one shape of a list."""

import math
from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response


def page_of(items: Any, *, total: int, number: int, size: int, pages: int) -> dict[str, Any]:
    """The shape itself."""
    return {"items": items, "total": total, "page": number, "page_size": size, "total_pages": pages}


def first_page(items: Sequence[Any]) -> dict[str, Any]:
    """What is answered to who asks for no page in particular."""
    size = Pages.page_size
    pages = max(math.ceil(len(items) / size), 1)
    return page_of(items[:size], total=len(items), number=1, size=size, pages=pages)


def is_paged(request: Request) -> bool:
    """Whether the query says which page it wants, or how long."""
    return "page" in request.query_params or "page_size" in request.query_params


class Pages(PageNumberPagination):
    """`{"items": [...], "total", "page", "page_size", "total_pages"}`, 50 to a page, at most 100."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int:
        """More than 100 means 100. Raises `ValidationError` for what is no number of things."""
        asked = request.query_params.get(self.page_size_query_param, str(self.page_size))
        if not (asked.isascii() and asked.isdecimal() and asked.strip("0")):
            raise serializers.ValidationError({self.page_size_query_param: ["A page holds a whole number of things."]})
        # A number of so many digits that Python would not read it is more than 100 as well.
        return min(int(asked.lstrip("0")[:4]), self.max_page_size)

    def get_page_number(self, request: Request, paginator: Any) -> str:
        """What is asked for, as it is: REST framework takes nothing at all for the first page."""
        return request.query_params.get(self.page_query_param, "1")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        return [{**one, "schema": {"type": "integer", "minimum": 1}} for one in parameters]

    def get_paginated_response(self, data: Any) -> Response:
        assert self.page is not None, "paginate_queryset comes first"
        paginator = self.page.paginator
        return Response(
            page_of(
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
