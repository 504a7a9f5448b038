"""The one shape of a list."""

from typing import Any

from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response


class Pages(PageNumberPagination):
    """`{"items": [...], "total", "page", "page_size", "total_pages"}`, 50 to a page, at most 100."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response(self, data: Any) -> Response:
        assert self.page is not None, "paginate_queryset comes first"
        paginator = self.page.paginator
        return Response(
            {
                "items": data,
                "total": paginator.count,
                "page": self.page.number,
                "page_size": paginator.per_page,
                "total_pages": paginator.num_pages,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        number = {"type": "integer"}
        properties = {"items": schema, "total": number, "page": number, "page_size": number, "total_pages": number}
        return {"type": "object", "required": list(properties), "properties": properties}
