import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0029_ranking'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('train', "Train the community's model"), ('evaluate', "Measure the community's model"), ('features', 'Use what I like, reply to and follow')], max_length=8)),
                ('version', models.PositiveSmallIntegerField()),
                ('language', models.CharField(max_length=10)),
                ('words', models.TextField()),
                ('digest', models.CharField(max_length=64)),
                ('given_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ending', models.CharField(blank=True, choices=[('withdrawn', 'taken back'), ('replaced', 'given anew under a newer text')], max_length=9)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['member', '-id'], name='grant_member')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('member', 'purpose'), name='grant_open_once'), models.CheckConstraint(condition=models.Q(('purpose__in', ['train', 'evaluate', 'features'])), name='grant_purpose'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ending', '')), models.Q(('ended_at__isnull', False), ('ending__in', ['withdrawn', 'replaced'])), _connector='OR'), name='grant_ended')],
            },
        ),
    ]
