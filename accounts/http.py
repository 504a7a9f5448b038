"""Request types with a signed-in user: for views behind `login_required`, and for API views that require a token."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request
from rest_framework_simplejwt.tokens import Token

from accounts.models import User


class SignedInRequest(HttpRequest):
    user: User
    htmx: HtmxDetails


class SignedInApiRequest(Request):
    user: User
    auth: Token
