"""URLs of constructors below /api/v1/."""

from django.urls import path

from .viewsets import ConstructorViewSet, MyConstructorsViewSet

urlpatterns = [
    path("constructors", MyConstructorsViewSet.as_view({"get": "list"}), name="constructors"),
    path(
        "constructors/<int:constructor_id>",
        ConstructorViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="constructor",
    ),
]
