"""The secrets of MFA are encrypted in the database: with which key, how keys are replaced, and if one is missing."""

import importlib
import secrets

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts import services
from accounts.selectors import unused_recovery_codes
from core import clock
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
SEED = "5eed" * 10


@pytest.fixture
def dora():
    user = UserFactory.create(username="dora", password=PASSWORD)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def stored():
    """All secrets as the database has them."""
    rows = Authenticator.objects.order_by("pk").values_list("data", flat=True)
    return [data[name] for data in rows for name in ("secret", "seed") if name in data]


def code_now():
    return format_hotp_value(hotp_value(SECRET, next(yield_hotp_counters_from_time())))


def new_key():
    return secrets.token_urlsafe(32)


def test_the_database_has_neither_the_secret_nor_the_codes(dora):
    codes = unused_recovery_codes(dora)
    assert len(codes) == 10
    assert SECRET not in str(stored())
    assert not any(code in str(stored()) for code in codes)
    assert services.verify_mfa_code(user=dora, code=code_now(), now=clock.now()).type == "totp"
    assert services.verify_mfa_code(user=dora, code=codes[0], now=clock.now()).type == "recovery_codes"


def test_a_key_is_replaced(dora, settings, capsys):
    (old,), codes, before = settings.ENCRYPTION_KEYS, unused_recovery_codes(dora), stored()
    new = new_key()
    settings.ENCRYPTION_KEYS = [new, old]
    assert unused_recovery_codes(dora) == codes
    call_command("rotate_encryption_keys")
    assert capsys.readouterr().out == "Secrets encrypted with the first key: 2.\n"
    settings.ENCRYPTION_KEYS = [new]
    assert unused_recovery_codes(dora) == codes
    assert not set(stored()) & set(before)
    assert services.verify_mfa_code(user=dora, code=code_now(), now=clock.now())


def test_nothing_is_encrypted_again_if_a_key_is_missing(dora, settings):
    before = stored()
    settings.ENCRYPTION_KEYS = [new_key()]
    with pytest.raises(CommandError, match=r"Nothing was changed\. .* ENCRYPTION_KEYS does not have"):
        call_command("rotate_encryption_keys")
    assert stored() == before


def test_signing_in_without_the_key_says_so_in_a_sentence(dora, settings, client, api, caplog):
    key = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [new_key()]
    body = {"username": "dora", "password": PASSWORD, "code": code_now()}
    refused = api().post("/api/v1/auth/login", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "codes_unavailable")
    client.post(reverse("accounts:sign_in"), {"login": "dora", "password": PASSWORD})
    page = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert page.status_code == 422
    assert "Codes cannot be checked at the moment." in page.text
    assert "another key than those in ENCRYPTION_KEYS" in caplog.text
    settings.ENCRYPTION_KEYS = key
    assert api().post("/api/v1/auth/login", body).status_code == 200


def test_what_was_stored_as_text_is_encrypted_by_the_migration_and_back(dora):
    migration = importlib.import_module("accounts.migrations.0005_encrypt_mfa_secrets")
    for kind, data in (("totp", {"secret": SECRET}), ("recovery_codes", {"seed": SEED, "used_mask": 1})):
        Authenticator.objects.filter(type=kind).update(data=data)
    migration.encrypt_secrets(apps, None)
    assert not {SECRET, SEED} & set(stored())
    assert len(unused_recovery_codes(dora)) == 9
    assert services.verify_mfa_code(user=dora, code=code_now(), now=clock.now())
    migration.decrypt_secrets(apps, None)
    assert stored() == [SECRET, SEED]
