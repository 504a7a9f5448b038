"""The addresses and the authenticator apps of everybody, from our own tables into those of django-allauth."""

from django.db import migrations


def hand_over_addresses(apps, schema_editor):
    addresses = apps.get_model("account", "EmailAddress").objects
    for user in apps.get_model("accounts", "User").objects.exclude(email="", pending_email="").iterator():
        confirmed, pending = user.email.lower(), user.pending_email.lower()
        if confirmed:
            addresses.get_or_create(user_id=user.pk, email=confirmed, defaults={"verified": True, "primary": True})
        if pending and pending != confirmed:
            addresses.get_or_create(user_id=user.pk, email=pending, defaults={"primary": not confirmed})
        if confirmed != user.email:
            type(user).objects.filter(pk=user.pk).update(email=confirmed)


def take_addresses_back(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects
    addresses = apps.get_model("account", "EmailAddress").objects
    for address in addresses.filter(verified=False).iterator():
        users.filter(pk=address.user_id).update(pending_email=address.email)
    addresses.all().delete()


def hand_over_codes(apps, schema_editor):
    authenticators = apps.get_model("mfa", "Authenticator").objects
    for factor in apps.get_model("accounts", "SecondFactor").objects.exclude(confirmed_at=None).iterator():
        facts = {"data": {"secret": factor.secret}, "created_at": factor.confirmed_at}
        authenticators.get_or_create(user_id=factor.user_id, type="totp", defaults=facts)


def take_codes_back(apps, schema_editor):
    factors = apps.get_model("accounts", "SecondFactor").objects
    authenticators = apps.get_model("mfa", "Authenticator").objects
    for one in authenticators.filter(type="totp").iterator():
        facts = {"secret": one.data["secret"], "confirmed_at": one.created_at}
        factors.update_or_create(user_id=one.user_id, defaults=facts)
    authenticators.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_tell_of_drivers_who_are_out"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(hand_over_addresses, take_addresses_back),
        migrations.RunPython(hand_over_codes, take_codes_back),
    ]
