"""A timeline asks who may see each post, too: with these columns it is read from the index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("social", "0016_language")]

    operations = [
        migrations.RemoveIndex(model_name="post", name="post_timeline"),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                fields=["author", "-id", "repost_of", "quote_of", "visibility", "for_list"],
                name="post_timeline",
                condition=models.Q(deleted_at=None, in_reply_to=None),
            ),
        ),
    ]
