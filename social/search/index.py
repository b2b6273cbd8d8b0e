"""Building the index of words, and keeping it right by triggers.

Not in a migration: SQLite drops the triggers of a table whenever a migration rebuilds it, and refuses to rebuild one that a
trigger of another table reads. So ``release`` takes them away before migrations and ``ensure`` runs after every ``migrate``; when
a trigger is missing it makes all and reads all texts again, else it asks one question. A trigger that changes gets a new name.
"""
# ruff: noqa: S608 - no part of any statement is input

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# What PostgreSQL's parser would read as parts of addresses, paths, numbers and tags; SQLite's breaks words there anyway.
BREAKS = "-_./:@#&%+=~<>;?*'\"\\|!()"
_PERSON = "(SELECT handle FROM wallets_member WHERE id = {row}.member_id) || ' ' || {row}.name"
_BUILD = (
    "DELETE FROM social_postwords",
    "INSERT INTO social_postwords (rowid, text) SELECT id, {post} FROM social_post p WHERE text <> ''",
    "DELETE FROM social_personwords",
    "INSERT INTO social_personwords (rowid, text) SELECT member_id, {person} FROM social_profile p",
)
_SQLITE_TABLES = tuple(
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(text, prefix='3', tokenize='unicode61 remove_diacritics 2')"
    for name in ("social_postwords", "social_personwords")
)
_SQLITE_TRIGGERS = {
    "social_postwords_new": """AFTER INSERT ON social_post WHEN new.text <> ''
        BEGIN INSERT OR REPLACE INTO social_postwords (rowid, text) VALUES (new.id, new.text); END""",
    "social_postwords_changed": """AFTER UPDATE OF text ON social_post WHEN new.text <> old.text
        BEGIN DELETE FROM social_postwords WHERE rowid = new.id;
        INSERT INTO social_postwords (rowid, text) SELECT new.id, new.text WHERE new.text <> ''; END""",
    "social_postwords_gone": """AFTER DELETE ON social_post
        BEGIN DELETE FROM social_postwords WHERE rowid = old.id; END""",
    "social_personwords_new": f"""AFTER INSERT ON social_profile
        BEGIN INSERT OR REPLACE INTO social_personwords (rowid, text) VALUES (new.member_id, {_PERSON.format(row="new")}); END""",
    "social_personwords_changed": f"""AFTER UPDATE OF name ON social_profile WHEN new.name <> old.name
        BEGIN UPDATE social_personwords SET text = {_PERSON.format(row="new")} WHERE rowid = new.member_id; END""",
    "social_personwords_renamed": """AFTER UPDATE OF handle ON wallets_member WHEN new.handle <> old.handle
        BEGIN UPDATE social_personwords SET text = new.handle || ' ' || (SELECT name FROM social_profile WHERE member_id = new.id)
        WHERE rowid = new.id; END""",
    "social_personwords_gone": """AFTER DELETE ON social_profile
        BEGIN DELETE FROM social_personwords WHERE rowid = old.member_id; END""",
}
_POSTGRESQL_TABLES = (
    # Letters without their accents, so that "cafe" finds "café"; what the unaccent extension does, which not every server has.
    r"""CREATE OR REPLACE FUNCTION social_unaccented(typed text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT normalize(regexp_replace(normalize(typed, NFD), '[\u0300-\u036f]', '', 'g'), NFC) $$""",
    f"""CREATE OR REPLACE FUNCTION social_words(typed text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_tsvector('simple', translate(social_unaccented(typed), {{breaks}}, '{" " * len(BREAKS)}')) $$""",
    *(
        f"CREATE TABLE IF NOT EXISTS {name} (rowid bigint PRIMARY KEY, text tsvector NOT NULL)"
        for name in ("social_postwords", "social_personwords")
    ),
    *(
        f"CREATE INDEX IF NOT EXISTS {name}_text ON {name} USING gin (text)"
        for name in ("social_postwords", "social_personwords")
    ),
    """CREATE OR REPLACE FUNCTION social_keep_postwords() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' THEN DELETE FROM social_postwords WHERE rowid = old.id; END IF;
        IF TG_OP <> 'DELETE' AND new.text <> '' THEN
            INSERT INTO social_postwords VALUES (new.id, social_words(new.text))
            ON CONFLICT (rowid) DO UPDATE SET text = excluded.text;
        END IF; RETURN NULL; END $$""",
    f"""CREATE OR REPLACE FUNCTION social_keep_personwords() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN DELETE FROM social_personwords WHERE rowid = old.member_id;
        ELSE INSERT INTO social_personwords VALUES (new.member_id, social_words({_PERSON.format(row="new")}))
            ON CONFLICT (rowid) DO UPDATE SET text = excluded.text;
        END IF; RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION social_rename_personwords() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE social_personwords SET text = social_words(new.handle || ' ' || p.name)
        FROM social_profile p WHERE p.member_id = new.id AND rowid = new.id; RETURN NULL; END $$""",
)
_POSTGRESQL_TRIGGERS = {
    "social_postwords_kept": """AFTER INSERT OR DELETE ON social_post
        FOR EACH ROW EXECUTE FUNCTION social_keep_postwords()""",
    "social_postwords_changed": """AFTER UPDATE OF text ON social_post
        FOR EACH ROW WHEN (old.text <> new.text) EXECUTE FUNCTION social_keep_postwords()""",
    "social_personwords_kept": """AFTER INSERT OR UPDATE OF name OR DELETE ON social_profile
        FOR EACH ROW EXECUTE FUNCTION social_keep_personwords()""",
    "social_personwords_renamed": """AFTER UPDATE OF handle ON wallets_member
        FOR EACH ROW WHEN (old.handle <> new.handle) EXECUTE FUNCTION social_rename_personwords()""",
}


def ensure(using: str = "default", **_signal: Any) -> None:
    """Make what is missing of the index and fill it; nothing when it is whole."""
    connection = connections[using]
    if "social_post" not in connection.introspection.table_names():
        return  # taken back before the first migration
    triggers = _POSTGRESQL_TRIGGERS if connection.vendor == "postgresql" else _SQLITE_TRIGGERS
    missing = triggers.keys() - _standing(connection)
    if not missing:
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)
        for name in sorted(missing):
            cursor.execute(f"CREATE TRIGGER {name} {triggers[name]}")


def release(plan: list[Any], using: str = "default", **_signal: Any) -> None:
    """Before migrations that do something: no trigger stands in their way."""
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in _SQLITE_TRIGGERS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def _standing(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the triggers that are there."""
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger" if connection.vendor == "postgresql" else sqlite)
        return {name for (name,) in cursor.fetchall()}


def _statements(vendor: str) -> list[str]:
    """Tables, functions and the texts of all rows."""
    person = _PERSON.format(row="p")
    if vendor != "postgresql":
        return [*_SQLITE_TABLES, *(line.format(post="text", person=person) for line in _BUILD)]
    breaks = "'" + BREAKS.replace("'", "''") + "'"
    tables = [statement.replace("{breaks}", breaks) for statement in _POSTGRESQL_TABLES]
    return [*tables, *(line.format(post="social_words(text)", person=f"social_words({person})") for line in _BUILD)]
