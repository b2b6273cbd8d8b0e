"""Decisions with their reasons, strikes, notes, and who has a case in hand."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0020_cases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='claimed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='in hand of'),
        ),
        migrations.AddField(
            model_name='case',
            name='claimed_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='escalated',
            field=models.BooleanField(default=False, verbose_name='escalated'),
        ),
        migrations.AddField(
            model_name='case',
            name='later_until',
            field=models.DateTimeField(null=True, verbose_name='put off until'),
        ),
        migrations.CreateModel(
            name='CaseNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=1000)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='social.case')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('approve', 'approve'), ('hide', 'hide'), ('remove', 'remove'), ('warn', 'warn'), ('limit', 'limit reach'), ('suspend', 'suspend')], max_length=8, verbose_name='decision')),
                ('ground', models.CharField(blank=True, choices=[('illegal', 'the law'), ('terms', "the community's rules")], max_length=8, verbose_name='ground')),
                ('facts', models.CharField(blank=True, max_length=1000, verbose_name='facts')),
                ('automated_detection', models.BooleanField(default=False, verbose_name='found by a machine')),
                ('automated_decision', models.BooleanField(default=False, verbose_name='decided by a machine')),
                ('ends_at', models.DateTimeField(null=True, verbose_name='until')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='decided')),
                ('effective_at', models.DateTimeField(verbose_name='effective')),
                ('applied_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True, verbose_name='taken back')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='social.case')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to=settings.AUTH_USER_MODEL)),
                ('moderator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='social.ruleversion', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
            },
        ),
        migrations.CreateModel(
            name='Strike',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='strike', to='social.decision')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='strikes', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('applied_at', None), ('undone_at', None)), fields=['effective_at'], name='decision_pending'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['member', '-id'], name='decision_member'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('case',), name='decision_standing_once'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['approve', 'hide', 'remove', 'warn', 'limit', 'suspend'])), name='decision_kind'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'approve'), ('rule_version__isnull', False), _connector='OR'), name='decision_cites_a_rule'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['limit', 'suspend']), _negated=True), ('ends_at__isnull', False), _connector='OR'), name='decision_ends'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('undone_at', None), ('applied_at', None), _connector='OR'), name='decision_undone_before_effects'),
        ),
    ]
