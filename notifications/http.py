"""Request types with a signed-in user: for views behind `login_required`, and for API views that require a token."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from rest_framework.request import Request


class SignedInRequest(HttpRequest):
    user: AbstractBaseUser  # type: ignore[assignment]  # this app knows no particular user model


class SignedInApiRequest(Request):
    user: AbstractBaseUser  # type: ignore[assignment]  # this app knows no particular user model
