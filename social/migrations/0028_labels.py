"""Labels on posts, and their place in the public log, whose table refuses changes again afterwards (SQLite makes it anew)."""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


_log = import_module("social.migrations.0023_transparency")


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0027_detection'),
        ('wallets', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(_log.lift, _log.lay),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=30, unique=True, verbose_name='key')),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('about', models.CharField(max_length=1200, verbose_name='description')),
                ('usual', models.CharField(choices=[('show', 'Show with a badge'), ('warn', 'Fold behind a warning')], default='show', max_length=4, verbose_name='proposed')),
                ('active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'label',
                'verbose_name_plural': 'labels',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='LabelChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choice', models.CharField(choices=[('show', 'Show with a badge'), ('warn', 'Fold behind a warning'), ('hide', 'Hide')], max_length=4)),
            ],
        ),
        migrations.CreateModel(
            name='Labelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('reason', models.CharField(max_length=1200, verbose_name='reason')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('expires_at', models.DateTimeField(null=True, verbose_name='expires')),
                ('state', models.CharField(choices=[('standing', 'standing'), ('removed', 'taken away'), ('expired', 'expired'), ('lapsed', 'lapsed by an edit'), ('lifted', 'lifted on objection')], default='standing', max_length=8, verbose_name='state')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'label on a post',
                'verbose_name_plural': 'labels on posts',
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=4000, verbose_name='words of the member')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'the label stays'), ('lifted', 'the label is lifted')], max_length=8, verbose_name='outcome')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='decided')),
                ('reasons', models.CharField(blank=True, max_length=4000, verbose_name='reasons')),
            ],
            options={
                'verbose_name': 'objection to a label',
                'verbose_name_plural': 'objections to labels',
                'permissions': [('decide_objection', 'Can decide objections to labels')],
            },
        ),
        migrations.CreateModel(
            name='Recommendation',
            fields=[
                ('labeller', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='label_recommendation', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='Labeller',
            fields=[
            ],
            options={
                'verbose_name': 'labeller',
                'verbose_name_plural': 'labellers',
                'permissions': [('recommend_labeller', 'Can recommend labellers')],
                'proxy': True,
                'indexes': [],
                'constraints': [],
            },
            bases=('wallets.member',),
        ),
        migrations.RemoveConstraint(
            model_name='logentry',
            name='log_kind',
        ),
        migrations.AddField(
            model_name='profile',
            name='reads_labels',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='logentry',
            name='kind',
            field=models.CharField(choices=[('genesis', 'beginning of the log'), ('decision', 'decision'), ('lift', 'measure ended early'), ('appeal', 'appeal'), ('rule', 'rule'), ('label', 'objection to a label')], max_length=8, verbose_name='kind'),
        ),
        migrations.AddConstraint(
            model_name='logentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['genesis', 'decision', 'lift', 'appeal', 'rule', 'label'])), name='log_kind'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('usual__in', ['show', 'warn'])), name='label_usual'),
        ),
        migrations.AddField(
            model_name='labelchoice',
            name='label',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='social.label'),
        ),
        migrations.AddField(
            model_name='labelchoice',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='labelling',
            name='label',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labellings', to='social.label'),
        ),
        migrations.AddField(
            model_name='labelling',
            name='labeller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labellings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='labelling',
            name='post',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labellings', to='social.post'),
        ),
        migrations.AddField(
            model_name='objection',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='objection',
            name='labeller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='objection',
            name='labelling',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='objection', to='social.labelling'),
        ),
        migrations.AddField(
            model_name='objection',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='recommendation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subscription',
            name='labeller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subscription',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='labelchoice',
            constraint=models.UniqueConstraint(fields=('member', 'label'), name='label_choice_once'),
        ),
        migrations.AddConstraint(
            model_name='labelchoice',
            constraint=models.CheckConstraint(condition=models.Q(('choice__in', ['show', 'warn', 'hide'])), name='label_choice'),
        ),
        migrations.AddIndex(
            model_name='labelling',
            index=models.Index(fields=['labeller', '-id'], name='labelling_labeller'),
        ),
        migrations.AddConstraint(
            model_name='labelling',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'standing')), fields=('post', 'label', 'labeller'), name='labelling_once'),
        ),
        migrations.AddConstraint(
            model_name='labelling',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['standing', 'removed', 'expired', 'lapsed', 'lifted'])), name='labelling_state'),
        ),
        migrations.AddConstraint(
            model_name='labelling',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='labelling_reason'),
        ),
        migrations.AddConstraint(
            model_name='labelling',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'standing')), models.Q(models.Q(('state', 'standing'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='labelling_ended'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('outcome', '')), fields=['made_at', 'id'], name='objection_waiting'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('outcome', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('outcome__in', ['upheld', 'lifted']), models.Q(('reasons', ''), _negated=True)), _connector='OR'), name='objection_decided_with_reasons'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), models.Q(models.Q(('decided_by', models.F('labeller')), _negated=True), models.Q(('decided_by', models.F('member')), _negated=True)), _connector='OR'), name='objection_decided_by_another'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('member', 'labeller'), name='subscription_once'),
        ),
        migrations.RunPython(_log.lay, _log.lift),
    ]
