"""URLs of constructors below /api/v1/."""

from django.urls import path

from .views import ConstructorDoor, MyConstructorDoor

urlpatterns = [
    path("constructors", MyConstructorDoor.as_view({"get": "list"}), name="constructors"),
    path(
        "constructors/<int:constructor_id>",
        ConstructorDoor.as_view({"get": "show", "patch": "rename"}),
        name="constructor",
    ),
]
