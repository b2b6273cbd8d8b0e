"""The database itself refuses to change or delete a transfer, whoever asks."""

from django.db import migrations

POSTGRESQL = (
    """
    CREATE FUNCTION rewards_transfer_is_forever() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'transfers are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER rewards_transfer_forever BEFORE UPDATE OR DELETE ON rewards_transfer
    FOR EACH ROW EXECUTE FUNCTION rewards_transfer_is_forever()
    """,
)
SQLITE = tuple(
    f"""
    CREATE TRIGGER rewards_transfer_no_{verb.lower()} BEFORE {verb} ON rewards_transfer
    BEGIN SELECT RAISE(ABORT, 'transfers are never changed or deleted'); END
    """
    for verb in ("UPDATE", "DELETE")
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER IF EXISTS rewards_transfer_forever ON rewards_transfer",
        "DROP FUNCTION IF EXISTS rewards_transfer_is_forever()",
    ),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS rewards_transfer_no_{verb}" for verb in ("update", "delete")),
}
DO = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def lay(apps, editor):
    for statement in DO[editor.connection.vendor]:
        editor.execute(statement)


def lift(apps, editor):
    for statement in UNDO[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("rewards", "0005_ledger_epochs_payouts")]
    operations = [migrations.RunPython(lay, lift)]
