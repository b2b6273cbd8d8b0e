"""What is pushed is a choice of its own for each kind."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("social", "0017_timeline_index"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AlterModelOptions(
            name="moderatedmember",
            options={
                "permissions": [("suspend_member", "Can suspend members")],
                "verbose_name": "member",
                "verbose_name_plural": "suspensions",
            },
        ),
        migrations.CreateModel(
            name="PushChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16)),
                ("wanted", models.BooleanField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("member", "kind"), name="push_choice_once")],
            },
        ),
    ]
