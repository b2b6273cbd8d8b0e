"""Pictures know who uploaded them, since they may wait for their post."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def name_owners(apps, schema_editor):
    PostImage, Post = apps.get_model("social", "PostImage"), apps.get_model("social", "Post")
    author = Post.objects.filter(pk=OuterRef("post")).values("author")[:1]
    PostImage.objects.filter(member=None).update(member=Subquery(author))


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("social", "0006_writing"),
    ]

    operations = [
        migrations.RunPython(name_owners, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="postimage",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
