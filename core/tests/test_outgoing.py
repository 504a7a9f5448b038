"""Requests to addresses that users give reach public hosts only, and end in time, whatever the other side does."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.web.outgoing import (
    MAX_BODY_BYTES,
    OutgoingClient,
    OutgoingRequestFailed,
    OutgoingRequestRefused,
    OutgoingResponse,
    check_url,
)
from core.web.public_addresses import is_public
from tests.support.scripted_server import ScriptedServer, always

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOT_PUBLIC = [
    "0.0.0.1", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
    "192.0.0.192", "192.168.1.1", "198.18.0.1", "203.0.113.7", "224.0.1.1", "240.0.0.1", "255.255.255.255",
    "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:1:2::3", "2001:db8::1", "3fff::1", "fc00::1",
    "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1", "::ffff:8.8.8.8"]


def post(url: str, **options) -> OutgoingResponse:
    with OutgoingClient(**options) as client:
        return client.post(url, headers={"TTL": "60"}, body=b"hello")


def no_resolver(host: str, port: int) -> list[str]:
    raise AssertionError("no address is looked up")


@pytest.fixture
def own_network(settings) -> None:
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]


# -- which addresses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_it_refuses_an_address_that_is_not_public(address):
    assert not is_public(ip_address(address))
    with pytest.raises(OutgoingRequestRefused, match=r"push\.example is not a public address"):
        post("https://push.example/", resolver=lambda host, port: [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_it_allows_public_addresses(address):
    assert is_public(ip_address(address))


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(OutgoingRequestRefused):
        post("https://push.example/", resolver=lambda host, port: ["8.8.8.8", "10.0.0.1"])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"],
)
def test_no_spelling_of_this_machine_is_reached(host):
    with ScriptedServer(always(OK)) as server, pytest.raises(OutgoingRequestRefused):
        post(f"https://{host}:{server.port}/")


def test_the_metadata_of_a_cloud_is_refused():
    for host in ("169.254.169.254", "[fd00:ec2::254]"):
        with pytest.raises(OutgoingRequestRefused):
            post(f"https://{host}/latest/meta-data/")


def test_it_connects_to_the_address_that_it_checked(own_network):
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with ScriptedServer(always(OK)) as server:
        response = post(f"http://push.example:{server.port}/send?x=1#y", resolver=lambda *_: next(answers))
        assert (response.status, response.body) == (200, b"ok")
        assert server.requests[0].startswith(b"POST /send?x=1 HTTP/1.1\r\nHost: push.example:%d\r\n" % server.port)
        assert server.requests[0].endswith(b"\r\n\r\nhello")
    assert next(answers) == ["10.0.0.1"], "the name is looked up once"


def test_a_name_that_changes_to_a_private_address_is_refused_at_the_next_connection(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.1/32"]
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with ScriptedServer(always(closing)) as server, OutgoingClient(resolver=lambda *_: next(answers)) as client:
        assert client.post(f"http://push.example:{server.port}/", headers={}, body=b"1").status == 200
        with pytest.raises(OutgoingRequestRefused):
            client.post(f"http://push.example:{server.port}/", headers={}, body=b"2")
        assert len(server.requests) == 1


def test_a_redirect_is_a_response_and_not_followed(own_network):
    with ScriptedServer(always(OK)) as secret:
        location = f"HTTP/1.1 307 Moved\r\nLocation: {secret.url}/\r\nContent-Length: 0\r\n\r\n"
        with ScriptedServer(always(location.encode())) as server:
            response = post(server.url)
        assert (response.status, response.is_success, secret.requests) == (307, False, [])


def test_no_proxy_of_the_environment_is_used(own_network, monkeypatch):
    with ScriptedServer(always(OK)) as proxy, ScriptedServer(always(OK)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert post(server.url).status == 200
        assert (len(server.requests), len(proxy.requests)) == (1, 0)


def test_the_operator_admits_a_network_and_no_other(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with ScriptedServer(always(OK)) as server:
        assert post(f"http://[::ffff:127.0.0.1]:{server.port}/").status == 200
        for address in ("10.0.0.1", "8.8.8.8"):
            with pytest.raises(OutgoingRequestRefused):
                post(f"http://push.example:{server.port}/", resolver=lambda *_, address=address: [address])


def test_ipv6_addresses_can_be_admitted(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["::1/128"]
    with ScriptedServer(always(OK), host="::1") as server:
        assert post(server.url).status == 200
        assert b"\r\nHost: [::1]:%d\r\n" % server.port in server.requests[0]


# -- which URLs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://push.example/", "must begin with https"),
        ("ftp://push.example/", "must begin with https"),
        ("file:///etc/passwd", "must begin with https"),
        ("//push.example/", "must begin with https"),
        ("https://", "must begin with https"),
        ("", "must begin with https"),
        ("https://alice@push.example/", "user name or a password"),
        ("https://push.example:pass@127.0.0.1/", "user name or a password"),
        ("https://push.example:0/", "port 0 is not allowed"),
        ("https://push.example:25/", "port 25 is not allowed"),
        ("https://push.example:22/", "port 22 is not allowed"),
        ("https://push.example:99999/", "port 99999 is not allowed"),
        ("https://push.example:x/", "not a valid address"),
        ("https://[::1/", "not a valid address"),
        ("https://push.example/\r\nX: y", "not a valid address"),
        ("https://push.example/" + "x" * 2000, "too long"),
    ],
)
def test_it_refuses_such_a_url_with_a_sentence(url, sentence):
    with pytest.raises(OutgoingRequestRefused, match=sentence):
        check_url(url)
    with pytest.raises(OutgoingRequestRefused, match=sentence):
        post(url, resolver=no_resolver)


@pytest.mark.parametrize("url", ["https://push.example/a?b=c", "https://push.example:8443/", "https://ü.example/"])
def test_it_accepts_such_a_url(url):
    assert check_url(url).host


# -- time and size ---------------------------------------------------------------------------------------------------


def test_a_server_that_drips_its_response_is_cut_off(own_network):
    def respond(server: ScriptedServer, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
        server.drip(connection, b"x")

    with ScriptedServer(respond) as server, pytest.raises(OutgoingRequestFailed, match="did not answer") as raised:
        post(server.url, seconds=0.5)
    assert raised.value.may_have_arrived


@pytest.mark.parametrize("dripped", [b"HTTP/1.1 200 OK\r\nX: y", b"HTTP/1.1 103 Early Hints\r\n\r\n", b""])
def test_a_server_that_never_ends_its_head_is_cut_off(own_network, dripped):
    def respond(server: ScriptedServer, connection: socket.socket) -> None:
        server.drip(connection, dripped)

    with ScriptedServer(respond) as server, pytest.raises(OutgoingRequestFailed):
        post(server.url, seconds=0.5)


def test_a_server_that_drips_its_handshake_is_cut_off(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]

    def respond(server: ScriptedServer, connection: socket.socket) -> None:
        # The beginning of a long handshake record.
        server.drip(connection, b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb" + b"\x00" * 16000)

    with ScriptedServer(respond) as server, pytest.raises(OutgoingRequestFailed) as raised:
        post(server.url.replace("http:", "https:"), seconds=0.5)
    assert not raised.value.may_have_arrived


def test_a_resolver_that_hangs_is_not_waited_for(own_network):
    with ScriptedServer(always(OK)) as server, pytest.raises(OutgoingRequestFailed, match="did not answer"):
        post("http://push.example:8000/", resolver=lambda *_: server.stopped.wait(60) and [], seconds=0.5)


def test_a_large_body_is_read_up_to_its_limit(own_network):
    def respond(server: ScriptedServer, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    with ScriptedServer(respond) as server:
        assert post(server.url).body == b"x" * MAX_BODY_BYTES


def test_compressed_bodies_stay_compressed(own_network):
    response = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbomb"
    with ScriptedServer(always(response)) as server:
        assert post(server.url).body == b"bomb"


@pytest.mark.parametrize("garbage", [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"])
def test_garbage_is_a_failure_with_a_sentence(own_network, garbage):
    def respond(server: ScriptedServer, connection: socket.socket) -> None:
        server.read_request(connection)
        connection.sendall(garbage)

    with (
        ScriptedServer(respond) as server,
        pytest.raises(OutgoingRequestFailed, match=r"connection to 127\.0\.0\.1 failed"),
    ):
        post(server.url)


def test_a_host_that_does_not_exist_or_does_not_listen_is_a_failure(own_network):
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror("unknown")

    with ScriptedServer(always(OK)) as server:
        pass
    for url, options in (
        (server.url, {}),
        ("https://no.example/", {"resolver": unknown}),
        (f"https://{'x' * 70}/", {}),
    ):
        with pytest.raises(OutgoingRequestFailed) as raised:
            post(url, **options)
        assert not raised.value.may_have_arrived


def test_the_next_address_is_tried_if_the_first_does_not_listen(own_network):
    with ScriptedServer(always(OK)) as server:
        url = f"http://push.example:{server.port}/"
        assert post(url, resolver=lambda *_: ["127.0.0.9", "127.0.0.1"]).status == 200


# -- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path) -> Path:
    """The path of a certificate for push.example, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "push.example")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=36500))
    names = x509.SubjectAlternativeName([x509.DNSName("push.example")])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path: Path = tmp_path / "certificate.pem"
    path.write_bytes(secret + signed.public_bytes(pem))
    return path


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_the_certificate_must_be_for_the_host_of_the_url(own_network, certificate, tls):
    options = {"resolver": lambda *_: ["127.0.0.1"], "ssl_context": ssl.create_default_context(cafile=certificate)}
    with ScriptedServer(always(OK), tls=tls) as server:
        assert post(f"https://push.example:{server.port}/", **options).body == b"ok"
        with pytest.raises(OutgoingRequestFailed):
            post(f"https://other.example:{server.port}/", **options)
        with pytest.raises(OutgoingRequestFailed):
            post(f"https://push.example:{server.port}/", resolver=options["resolver"])


def test_a_connection_is_used_again_within_a_session(own_network):
    with ScriptedServer(always(OK)) as server, OutgoingClient() as client:
        for body in (b"1", b"2"):
            assert client.post(server.url, headers={}, body=body).status == 200
        assert [request[-1:] for request in server.requests] == [b"1", b"2"]


# -- Retry-After -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), ("0", 0), ("99999999999", 604800), ("-1", None), ("soon", None), ("", None), ("²", None),
        ("Thu, 03 Jul 2025 12:01:00 GMT", 60), ("Thu, 03 Jul 2025 11:00:00 GMT", 0),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value, seconds):
    response = OutgoingResponse(429, {"retry-after": value}, b"")
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert response.retry_after(NOW) == expected
