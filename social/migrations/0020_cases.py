"""Reports belong to cases and cite a rule; those there were get a rule for their reason and a case for what they are about."""

from datetime import timedelta

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from social.rules.seeds import plant

_HOURS = {"illegal": 1, "harm": 4, "spam": 24}


def into_cases(apps, schema_editor):
    Report, Case = apps.get_model("social", "Report"), apps.get_model("social", "Case")
    RuleVersion = apps.get_model("social", "RuleVersion")
    if Report.objects.exists():
        plant(apps.get_model("social", "Rule"), RuleVersion)
    versions = {one.rule.key: one for one in RuleVersion.objects.select_related("rule").filter(number=1)}
    cases = {}
    for report in Report.objects.order_by("pk").iterator():
        version = versions.get(report.reason) or versions["other"]
        kind, _colon, number = report.subject.partition(":")
        if report.post_id:
            about = ("post", report.post_id)
        elif number.isdigit():
            about = ("talk" if kind == "conversation" else kind, int(number))
        else:
            about = ("profile", report.member_id)
        still = report.state == "open"
        case = cases.get((about, still))
        if case is None:
            due = report.created_at + timedelta(hours=_HOURS[version.rule.queue])
            case = cases[about, still] = Case.objects.create(
                kind=about[0], subject_id=about[1], member_id=report.member_id, queue=version.rule.queue,
                state="open" if still else "closed", priority=25, opened_at=report.created_at, due_at=due, rank_at=due,
                closed_at=report.decided_at,
            )  # fmt: skip
        Report.objects.filter(pk=report.pk).update(case=case, rule_version=version)
    if schema_editor.connection.vendor == "postgresql":
        # The rows are judged now, since tables with rows yet to be judged are not altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0019_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('post', 'post'), ('image', 'picture'), ('profile', 'profile'), ('list', 'list'), ('message', 'message'), ('talk', 'conversation')], max_length=8, verbose_name='about')),
                ('subject_id', models.BigIntegerField()),
                ('queue', models.CharField(choices=[('illegal', 'illegal content'), ('harm', 'harm'), ('spam', 'spam')], max_length=8, verbose_name='queue')),
                ('state', models.CharField(choices=[('open', 'open'), ('decided', 'decided'), ('closed', 'closed')], default='open', max_length=8, verbose_name='state')),
                ('priority', models.PositiveSmallIntegerField(default=0, verbose_name='priority')),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='opened')),
                ('due_at', models.DateTimeField(verbose_name='due')),
                ('rank_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True, verbose_name='closed')),
            ],
            options={
                'verbose_name': 'case',
                'verbose_name_plural': 'cases',
                'permissions': [('decide_case', 'Can decide cases')],
            },
        ),
        migrations.CreateModel(
            name='ReporterMute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateTimeField(verbose_name='until')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'muted reporter',
            },
        ),
        migrations.AlterModelOptions(
            name='report',
            options={'verbose_name': 'report'},
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_reason',
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_post_once',
        ),
        migrations.RemoveConstraint(
            model_name='report',
            name='report_member_once',
        ),
        migrations.AddField(
            model_name='report',
            name='rule_version',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='social.ruleversion', verbose_name='rule'),
        ),
        migrations.AddField(
            model_name='report',
            name='told_at',
            field=models.DateTimeField(null=True, verbose_name='reporter told'),
        ),
        migrations.AddField(
            model_name='case',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='report',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='social.case'),
        ),
        migrations.RunPython(into_cases, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='report',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='social.case'),
        ),
        migrations.AlterField(
            model_name='report',
            name='rule_version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='social.ruleversion', verbose_name='rule'),
        ),
        migrations.RemoveField(
            model_name='report',
            name='reason',
        ),
        migrations.RemoveField(
            model_name='report',
            name='subject',
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['reporter', '-id'], name='report_reporter'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('reporter', 'case'), name='report_once'),
        ),
        migrations.AddField(
            model_name='reportermute',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reportermute',
            name='member',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reporter_mute', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['rank_at', 'id'], name='case_waiting'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['kind', 'subject_id'], name='case_subject'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['member', '-id'], name='case_member'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'decided'])), fields=('kind', 'subject_id'), name='case_standing_once'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['post', 'image', 'profile', 'list', 'message', 'talk'])), name='case_kind'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('queue__in', ['illegal', 'harm', 'spam'])), name='case_queue'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'decided', 'closed'])), name='case_state'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('priority__lte', 100)), name='case_priority'),
        ),
    ]
