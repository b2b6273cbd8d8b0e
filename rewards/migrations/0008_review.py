import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# The reviewers' lists compare with the epoch before; rows from before this column are given theirs.
FILL = """
UPDATE rewards_payout SET "before" = COALESCE((
    SELECT earlier.amount FROM rewards_payout AS earlier
    WHERE earlier.epoch_id = rewards_payout.epoch_id - 1 AND earlier.wallet = rewards_payout.wallet
), 0)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("rewards", "0007_reports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="approved_points",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="batch",
            name="submitted_points",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="payout",
            name="before",
            field=models.BigIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wallets", models.JSONField()),
                ("key", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "being computed"), ("done", "computed"), ("failed", "failed")],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("figures", models.JSONField(default=dict)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="simulations", to="rewards.batch"
                    ),
                ),
            ],
            options={
                "verbose_name": "simulation",
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "key"), name="simulation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "failed"])), name="simulation_state"
                    ),
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
