"""URLs of constructors below /api/v1/."""

from django.urls import path

from .viewsets import ConstructorViewSet, DeputyViewSet, MyConstructorsViewSet

urlpatterns = [
    path("constructors", MyConstructorsViewSet.as_view({"get": "list"}), name="constructors"),
    path(
        "constructors/<int:constructor_id>",
        ConstructorViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="constructor",
    ),
    path(
        "constructors/<int:constructor_id>/deputy",
        DeputyViewSet.as_view({"get": "show", "put": "replace"}),
        name="deputy",
    ),
]
