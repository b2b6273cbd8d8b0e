"""The index of words outlives migrations that rebuild the tables it is about."""

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate

from metya.wallets.models import Member
from social.posts import actions as posts
from social.posts.models import Post
from social.profiles.models import Profile
from social.search import index, reads
from social.search.query import parse
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


def before_migrations(*plan):
    pre_migrate.send(apps.get_app_config("social"), using="default", plan=[(step, False) for step in plan])


def test_tables_are_rebuilt_beneath_the_index():
    alice = make.member("alice")
    posts.publish(actor=alice, text="honey before")
    standing = index._standing(connection)
    before_migrations(Migration("0999_something", "social"))
    if connection.vendor == "sqlite":
        for Model in (Post, Profile, Member):
            with connection.schema_editor() as editor:
                editor._remake_table(Model)
    posts.publish(actor=make.member("bob"), text="honey meanwhile")
    emit_post_migrate_signal(0, False, "default")
    posts.publish(actor=make.member("carol"), text="honey after")
    assert index._standing(connection) == standing
    assert len(reads.posts_page(alice, parse("honey")).items) == 3
    for handle in ("bob", "carol"):
        assert [card.member.handle for card in reads.people_page(alice, parse(handle)).items] == [handle]


def test_a_migrate_with_nothing_to_do_takes_nothing_away():
    standing = index._standing(connection)
    before_migrations()
    assert index._standing(connection) == standing and "social_postwords_changed" in standing
