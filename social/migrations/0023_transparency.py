"""The public log of moderation, of which the database itself refuses to change or delete an entry, whoever asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

POSTGRESQL = (
    """
    CREATE FUNCTION social_logentry_is_forever() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'entries of the log are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER social_logentry_forever BEFORE UPDATE OR DELETE ON social_logentry
    FOR EACH ROW EXECUTE FUNCTION social_logentry_is_forever()
    """,
)
SQLITE = tuple(
    f"""
    CREATE TRIGGER social_logentry_no_{verb.lower()} BEFORE {verb} ON social_logentry
    BEGIN SELECT RAISE(ABORT, 'entries of the log are never changed or deleted'); END
    """
    for verb in ("UPDATE", "DELETE")
)
UNDO = {
    "postgresql": (
        "DROP TRIGGER IF EXISTS social_logentry_forever ON social_logentry",
        "DROP FUNCTION IF EXISTS social_logentry_is_forever()",
    ),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS social_logentry_no_{verb}" for verb in ("update", "delete")),
}
DO = {"postgresql": POSTGRESQL, "sqlite": SQLITE}


def lay(apps, editor):
    for statement in DO[editor.connection.vendor]:
        editor.execute(statement)


def lift(apps, editor):
    for statement in UNDO[editor.connection.vendor]:
        editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0022_appeals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LogHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('week', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='LogEntry',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('week', models.DateField(db_index=True, verbose_name='week')),
                ('kind', models.CharField(choices=[('genesis', 'beginning of the log'), ('decision', 'decision'), ('lift', 'measure ended early'), ('appeal', 'appeal'), ('rule', 'rule')], max_length=8, verbose_name='kind')),
                ('body', models.TextField(verbose_name='body')),
                ('previous', models.CharField(max_length=64, unique=True, verbose_name='hash before')),
                ('hash', models.CharField(max_length=64, verbose_name='hash')),
                ('ref', models.CharField(blank=True, max_length=40)),
                ('rule', models.CharField(blank=True, max_length=20, verbose_name='rule')),
                ('decision', models.CharField(blank=True, max_length=8, verbose_name='decision')),
                ('outcome', models.CharField(blank=True, max_length=10, verbose_name='outcome')),
                ('minutes', models.PositiveIntegerField(null=True, verbose_name='minutes')),
                ('in_time', models.BooleanField(null=True, verbose_name='in time')),
                ('automated_detection', models.BooleanField(null=True, verbose_name='found by a machine')),
                ('automated_decision', models.BooleanField(null=True, verbose_name='decided by a machine')),
            ],
            options={
                'verbose_name': 'entry of the public log',
                'verbose_name_plural': 'public log',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ref', ''), _negated=True), fields=('kind', 'ref'), name='log_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['genesis', 'decision', 'lift', 'appeal', 'rule'])), name='log_kind'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='log_from_one')],
            },
        ),
        migrations.CreateModel(
            name='LogName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=12, unique=True)),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunPython(lay, lift),
    ]
