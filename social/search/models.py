"""The words of posts and people, as the database's own full text index keeps them.

Neither table is Django's: on SQLite each is an FTS5 table, on PostgreSQL a table with a ``tsvector`` under a GIN index. Triggers
(see ``index``) move them with the rows they are about, in the same transaction, whoever writes. ``words__text__has`` is the
one question that is asked of them; ``terms`` writes it for the database at hand.
"""

from typing import Any

from django.db import models

from social.posts.models import Post
from social.profiles.models import Profile


class Words(models.TextField):  # type: ignore[type-arg]
    """An indexed text that can only be asked whether it has certain words."""


@Words.register_lookup
class Has(models.Lookup[str]):
    """``terms.expression(…)`` of the vendor as the right side."""

    lookup_name = "has"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} MATCH {right}", [*left_params, *right_params]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @@ to_tsquery('simple', social_unaccented({right}))", [*left_params, *right_params]


class PostWords(models.Model):
    """One row for each post with a text; reposts and tombstones have none."""

    post = models.OneToOneField(
        Post,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="words",
    )
    text = Words()

    class Meta:
        managed = False
        db_table = "social_postwords"

    def __str__(self) -> str:
        return f"words of {self.post_id}"


class PersonWords(models.Model):
    """Handle and name of each profile."""

    profile = models.OneToOneField(
        Profile,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        db_column="rowid",
        db_constraint=False,
        related_name="words",
    )
    text = Words()

    class Meta:
        managed = False
        db_table = "social_personwords"

    def __str__(self) -> str:
        return f"words of {self.profile_id}"
