"""The community's rules and their wordings; the first ones are planted after every migration where there are none."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0018_push_choice'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=20, unique=True, verbose_name='key')),
                ('position', models.PositiveSmallIntegerField(default=100, verbose_name='position')),
                ('queue', models.CharField(choices=[('illegal', 'illegal content'), ('harm', 'harm'), ('spam', 'spam')], default='harm', max_length=8, verbose_name='queue')),
                ('ground', models.CharField(choices=[('illegal', 'the law'), ('terms', "the community's rules")], default='terms', max_length=8, verbose_name='ground')),
                ('active', models.BooleanField(default=True, verbose_name='in force')),
            ],
            options={
                'verbose_name': 'rule',
                'verbose_name_plural': 'rules',
                'ordering': ['position', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('queue__in', ['illegal', 'harm', 'spam'])), name='rule_queue'), models.CheckConstraint(condition=models.Q(('ground__in', ['illegal', 'terms'])), name='rule_ground')],
            },
        ),
        migrations.CreateModel(
            name='RuleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('text', models.TextField(max_length=2000, verbose_name='text')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='social.rule')),
            ],
            options={
                'verbose_name': 'wording',
                'verbose_name_plural': 'wordings',
                'constraints': [models.UniqueConstraint(fields=('rule', 'number'), name='rule_version_once')],
            },
        ),
    ]
