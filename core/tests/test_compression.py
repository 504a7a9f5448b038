"""Pages are compressed; streams, the API and what another site asks for on behalf of a user are not."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from core.web.compression import PageCompressionMiddleware

PAGE = "<p>Drivers</p>" * 100


def respond(response, **headers):
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip", **headers})
    return PageCompressionMiddleware(lambda request: response)(request)


def test_a_page_is_compressed():
    response = respond(HttpResponse(PAGE))
    assert response["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in response["Vary"]
    assert gzip.decompress(response.content).decode() == PAGE
    assert int(response["Content-Length"]) == len(response.content) < len(PAGE)


def test_a_stream_is_not_held_back():
    response = respond(StreamingHttpResponse(iter([PAGE]), content_type="text/html"))
    assert "Content-Encoding" not in response


@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json", "image/png"])
def test_other_types_stay_as_they_are(content_type):
    response = HttpResponse(PAGE, content_type=content_type, headers={"ETag": '"strong"'})
    assert "Content-Encoding" not in respond(response)
    assert response["ETag"] == '"strong"'


@pytest.mark.parametrize(
    ("site", "cookie", "is_compressed"),
    [
        ("cross-site", "sessionid=secret", False),
        ("same-site", "sessionid=secret", False),
        ("cross-site", "", True),
        ("same-origin", "sessionid=secret", True),
        ("none", "sessionid=secret", True),
    ],
)
def test_another_site_learns_no_length_of_a_users_page(site, cookie, is_compressed):
    headers = {"Sec-Fetch-Site": site} | ({"Cookie": cookie} if cookie else {})
    response = respond(HttpResponse(PAGE), **headers)
    assert ("Content-Encoding" in response) == is_compressed
    assert ("no-transform" in response.get("Cache-Control", "")) != is_compressed
