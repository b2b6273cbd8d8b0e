"""Looks of the staff as a member, which the database itself keeps: a look changes once, when it ends, its pages never but that an
address that names an erased member is taken out."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


_SAME = "NEW.id = OLD.id AND NEW.actor_id = OLD.actor_id AND NEW.member_id = OLD.member_id AND NEW.reason = OLD.reason"
_SPAN = "NEW.session = OLD.session AND NEW.began_at = OLD.began_at AND NEW.ends_at = OLD.ends_at"
_PAGE = "NEW.id = OLD.id AND NEW.look_id = OLD.look_id AND NEW.at = OLD.at AND NEW.shown = OLD.shown"
# table → what an UPDATE must not be other than
KEPT = {
    "social_look": f"OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND {_SAME} AND {_SPAN}",
    "social_lookpage": f"NEW.path = '' AND {_PAGE}",
}
SAID = "looks are never changed or deleted"


def lay(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION social_look_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            f"'{SAID}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for table, may in KEPT.items():
            editor.execute(
                f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({may})) "
                "EXECUTE FUNCTION social_look_is_kept()"
            )
            editor.execute(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
                "EXECUTE FUNCTION social_look_is_kept()"
            )
        return
    for table, may in KEPT.items():
        for verb, when in (("update", f"WHEN NOT ({may})"), ("delete", "")):
            editor.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
            )


def lift(apps, editor):
    postgresql = editor.connection.vendor == "postgresql"
    for table in KEPT:
        for verb in ("update", "delete"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        editor.execute("DROP FUNCTION IF EXISTS social_look_is_kept()")


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0024_kept'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('session', models.CharField(max_length=64)),
                ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ends_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('ending', models.CharField(blank=True, choices=[('ended', 'ended by whoever looked'), ('time', 'the time was over'), ('out', 'signed out'), ('role', 'the role was gone'), ('replaced', 'another look began'), ('gone', 'the account could not be looked at any more')], max_length=8)),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='looks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'look as a member',
                'verbose_name_plural': 'looks as a member',
            },
        ),
        migrations.CreateModel(
            name='LookPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=300)),
                ('shown', models.BooleanField(default=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('look', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='social.look')),
            ],
            options={
                'verbose_name': 'page of a look',
                'verbose_name_plural': 'pages of looks',
            },
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(fields=['member', '-id'], name='look_member'),
        ),
        migrations.AddIndex(
            model_name='look',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['ends_at'], name='look_standing'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('actor',), name='look_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(('actor', models.F('member')), _negated=True), name='look_at_others'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('began_at'))), name='look_ends'),
        ),
        migrations.AddConstraint(
            model_name='look',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ending', '')), models.Q(('ended_at__isnull', False), ('ending__in', ['ended', 'time', 'out', 'role', 'replaced', 'gone'])), _connector='OR'), name='look_ending'),
        ),
        migrations.RunPython(lay, lift, elidable=False),
    ]
