"""A deleted post, and a draft that was let go, may come back for a short while."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("social", "0012_notify")]

    operations = [
        migrations.AddField(
            model_name="post", name="undo_until", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("undo_until__isnull", False)), fields=["undo_until"], name="post_undo"
            ),
        ),
        migrations.AddField(
            model_name="draft", name="discarded_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddIndex(
            model_name="draft",
            index=models.Index(
                condition=models.Q(("discarded_at__isnull", False)), fields=["discarded_at"], name="draft_discarded"
            ),
        ),
    ]
