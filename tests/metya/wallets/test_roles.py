"""Staff roles: given and taken by command, and what each may do."""

from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from metya.ops.models import AuditEvent
from metya.wallets import demo, roles
from metya.wallets.models import Member, Role, Wallet
from tests import make
from tests.metya.wallets import wallet

pytestmark = pytest.mark.django_db


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("role", Role.values)
def test_a_known_wallets_member_becomes_staff(role):
    signer = wallet.new()
    member = make.member("mona", signer=signer)
    assert f"@mona is {role} now." in run("grant_role", signer.address, role)
    member = Member.objects.get(pk=member.pk)
    assert member.is_staff and member.roles == {role} and member.is_superuser is (role == "admin")
    event = AuditEvent.objects.get(verb="role.granted")
    assert event.actor is None and event.subject_id == str(member.pk) and event.data == {"role": role}
    assert f"@mona is {role} already." in run("grant_role", signer.address.lower(), role)
    assert AuditEvent.objects.count() == 1


def test_an_unknown_wallet_gets_a_member_who_signs_in_with_it():
    signer = wallet.new()
    said = run("grant_role", signer.address, "moderator")
    assert "No member had" in said and signer.address.lower() in said
    member = Member.objects.get()
    assert member.roles == {"moderator"} and member.payout_wallet.address == signer.address.lower()
    client = Client()
    assert wallet.sign_in(client, signer).json() == {"next": "/welcome/"}
    assert int(client.session["_auth_user_id"]) == member.pk


def test_roles_are_taken_back_and_the_last_one_closes_the_admin():
    signer = wallet.new()
    make.member("ada", signer=signer)
    for role in ("admin", "reviewer"):
        run("grant_role", signer.address, role)
    assert "is not admin any more" in run("revoke_role", signer.address, "admin")
    member = Member.objects.get()
    assert (member.is_staff, member.is_superuser, member.roles) == (True, False, {"reviewer"})
    run("revoke_role", signer.address, "reviewer")
    member = Member.objects.get()
    assert (member.is_staff, member.is_superuser, member.roles) == (False, False, frozenset())
    assert "was not reviewer" in run("revoke_role", signer.address, "reviewer")
    assert AuditEvent.objects.filter(verb="role.revoked").count() == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0x12", "moderator"], "not a wallet address"),
        (["0x" + "1" * 40, "king"], f"'king' is not a role. Roles: {', '.join(Role.values)}."),
        (["0xFb6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "admin"], "typing mistake"),
        ([demo.CAST[0].address, "admin"], "demo key"),
        (["0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "admin"], "demo key"),
    ],
)
@pytest.mark.parametrize("command", ["grant_role", "revoke_role"])
def test_bad_arguments_are_said_in_words(command, arguments, words):
    with pytest.raises(CommandError, match=words.replace(".", r"\.")):
        run(command, *arguments)
    assert not Member.objects.exists()


def test_nothing_is_revoked_from_nobody():
    with pytest.raises(CommandError, match="No member has"):
        run("revoke_role", wallet.new().address, "admin")


def test_a_suspended_member_becomes_no_staff():
    signer = wallet.new()
    make.member("mona", signer=signer, suspended_until=timezone.now() + timezone.timedelta(days=1))
    with pytest.raises(CommandError, match="suspended"):
        run("grant_role", signer.address, "moderator")
    assert not Member.objects.get().is_staff


def test_an_unlinked_wallet_is_nobodys():
    signer = wallet.new()
    old = make.member("old", signer=signer)
    Wallet.objects.update(unlinked_at=timezone.now())
    run("grant_role", signer.address, "moderator")
    assert not Member.objects.get(pk=old.pk).is_staff


def test_every_permission_that_an_app_asks_for_exists():
    assert roles.missing() == set()


def test_groups_hold_exactly_what_the_apps_ask_for(monkeypatch):
    config = apps.get_app_config("wallets")
    roles.sync()
    assert set(Group.objects.values_list("name", flat=True)) >= set(Role.values)
    before = set(Group.objects.get(name="manager").permissions.values_list("codename", flat=True))
    assert "view_member" in before
    wanted = config.role_permissions | {"manager": ["wallets.view_challenge"]}
    monkeypatch.setattr(config, "role_permissions", wanted)
    roles.sync()
    after = set(Group.objects.get(name="manager").permissions.values_list("codename", flat=True))
    assert "view_challenge" in after
    monkeypatch.setattr(config, "role_permissions", {"king": []})
    with pytest.raises(ValueError, match="king"):
        roles.wanted()


def test_no_role_may_change_members_by_permission():
    for names in roles.wanted().values():
        assert not {name for name in names if name.startswith("wallets.") and ".view_" not in name}
