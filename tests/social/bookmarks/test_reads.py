"""Folders and what lies in them: order, pages, number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from social.bookmarks import actions, reads
from tests import make

pytestmark = pytest.mark.django_db


def test_last_filed_first_in_pages(alice, bob):
    folder = actions.create_folder(actor=bob, name="Later")
    one, two = make.post(alice, "one"), make.post(alice, "two")
    for post in (two, one):
        actions.file(actor=bob, post=post, folders=[folder])
    first = reads.folder_page(bob, folder, size=1)
    assert [card.post.text for card in first.items] == ["one"]
    second = reads.folder_page(bob, folder, first.next, 1)
    assert [card.post.text for card in second.items] == ["two"] and second.next is None


def test_the_number_of_queries_does_not_depend_on_the_length(alice, bob):
    folder = actions.create_folder(actor=bob, name="Later")
    found = []
    for more in (3, 27):
        for number in range(more):
            other = actions.create_folder(actor=bob, name=f"{more} {number}")
            actions.file(actor=bob, post=make.post(alice, "x"), folders=[folder, other])
        with CaptureQueriesContext(connection) as queries:
            page = reads.folder_page(bob, folder, size=40)
        with CaptureQueriesContext(connection) as others:
            lines = reads.folders_of(bob)
        found.append((len(queries), len(others), len(page.items), len(lines)))
    assert found == [(5, 2, 3, 4), (5, 2, 30, 31)]
