
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0032_assistant'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Bridge',
            fields=[
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='social.post')),
                ('score', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('seed', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True, verbose_name='number')),
                ('state', models.CharField(choices=[('running', 'running'), ('done', 'finished'), ('failed', 'failed'), ('nothing', 'nothing to learn')], default='running', max_length=8, verbose_name='state')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('beat_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('snapshot', models.CharField(blank=True, max_length=64, verbose_name='snapshot (SHA-256)')),
                ('ids', models.CharField(blank=True, max_length=64, verbose_name='examples (SHA-256)')),
                ('examples', models.PositiveIntegerField(default=0, verbose_name='examples')),
                ('members', models.PositiveIntegerField(default=0, verbose_name='members')),
                ('gain', models.FloatField(blank=True, null=True, verbose_name='gain')),
                ('gain_low', models.FloatField(blank=True, null=True)),
                ('gain_high', models.FloatField(blank=True, null=True)),
                ('verdict', models.JSONField(blank=True, default=dict, verbose_name='verdict')),
                ('curve', models.JSONField(blank=True, default=list)),
                ('folder', models.CharField(blank=True, max_length=40)),
                ('record_sha256', models.CharField(blank=True, max_length=64, verbose_name='record (SHA-256)')),
                ('budget', models.BigIntegerField(default=0)),
                ('pool', models.BigIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=500, verbose_name='error')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('challenger', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='round', to='social.modelversion')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='social.modelversion')),
            ],
            options={
                'verbose_name': 'round of training',
                'verbose_name_plural': 'rounds of training',
            },
        ),
        migrations.CreateModel(
            name='MemberValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('phi', models.BigIntegerField()),
                ('items', models.PositiveIntegerField()),
                ('grains', models.BigIntegerField(default=0)),
                ('balance', models.BigIntegerField(default=0)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='member_values', to='social.round')),
            ],
        ),
        migrations.CreateModel(
            name='ExampleValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('phi', models.BigIntegerField()),
                ('example', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='social.example')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='example_values', to='social.round')),
            ],
        ),
        migrations.CreateModel(
            name='Switch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('on', 'trains and promotes'), ('pinned', 'trains, promotes nothing'), ('stopped', 'does not train')], default='on', max_length=7, verbose_name='mode')),
                ('reason', models.CharField(blank=True, max_length=400, verbose_name='reason')),
                ('set_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='set at')),
                ('set_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='set by')),
            ],
            options={
                'verbose_name': 'switch of training',
                'verbose_name_plural': 'switch of training',
            },
        ),
        migrations.CreateModel(
            name='Validator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answered', models.PositiveSmallIntegerField(default=0)),
                ('closed_at', models.DateTimeField(null=True)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Neighbour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.FloatField()),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='social.post')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='social.post')),
            ],
            options={
                'indexes': [models.Index(fields=['post', '-score'], name='neighbour_best')],
                'constraints': [models.UniqueConstraint(fields=('post', 'other'), name='neighbour_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'done', 'failed', 'nothing'])), name='training_round_state'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='training_one_round'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='training_round_finished'),
        ),
        migrations.AddIndex(
            model_name='membervalue',
            index=models.Index(fields=['member', '-id'], name='training_member'),
        ),
        migrations.AddConstraint(
            model_name='membervalue',
            constraint=models.UniqueConstraint(fields=('round', 'member'), name='training_member_once'),
        ),
        migrations.AddConstraint(
            model_name='membervalue',
            constraint=models.UniqueConstraint(fields=('round', 'number'), name='training_number_once'),
        ),
        migrations.AddConstraint(
            model_name='membervalue',
            constraint=models.CheckConstraint(condition=models.Q(('balance__lte', 0), ('grains__gte', 0)), name='training_grains'),
        ),
        migrations.AddIndex(
            model_name='examplevalue',
            index=models.Index(fields=['member', '-id'], name='training_example'),
        ),
        migrations.AddConstraint(
            model_name='examplevalue',
            constraint=models.UniqueConstraint(fields=('round', 'number'), name='training_example_once'),
        ),
        migrations.AddConstraint(
            model_name='switch',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['on', 'pinned', 'stopped'])), name='training_mode'),
        ),
        migrations.AddConstraint(
            model_name='switch',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='training_one_switch'),
        ),
        migrations.AddConstraint(
            model_name='validator',
            constraint=models.UniqueConstraint(fields=('member', 'number'), name='training_validator_once'),
        ),
    ]
