"""Pictures of posts that are not for everyone, and those that wait for a post, move out of the public media."""

from contextlib import suppress
from functools import partial

from django.db import migrations, models, transaction

import social.posts.models
import social.posts.storage
from social.posts.storage import PRIVATE, copied, picture_storage

AT_ONCE = 500


def hide(apps, _schema_editor):
    """Piece by piece, each of which stands before the next begins, so that an interruption loses nothing and is made good by
    the next run. What is in the private store already is passed over, and so is a picture whose file is lost."""
    PostImage = apps.get_model("social", "PostImage")
    some = PostImage.objects.exclude(post__visibility="public")
    for piece in _pieces(some.exclude(file__startswith=PRIVATE)):
        with transaction.atomic():
            moved = [name for pk, name in piece if _moved(some.filter(pk=pk, file=name), name)]
            # Not before it is certain.
            transaction.on_commit(partial(_remove, PostImage, moved), robust=True)
    # Interrupted between the two, a run leaves a picture among the public media of which no row knows any more.
    for piece in _pieces(some.filter(file__startswith=PRIVATE)):
        _remove(PostImage, [f"posts/{name.removeprefix(PRIVATE)}" for _pk, name in piece])


def _pieces(rows):
    """(id, name) of all rows, AT_ONCE at a time."""
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "file")[:AT_ONCE]):
        last = piece[-1][0]
        yield piece


def _moved(row, name):
    """Whether the file is in the private store now, and the row says so."""
    try:
        new = copied(name, f"{PRIVATE}{name.removeprefix('posts/')}")
    except FileNotFoundError:
        return False
    return row.update(file=new) > 0


def _remove(PostImage, names):
    """The files, but for those that another post shows. One query: no index knows the names."""
    shown = set(PostImage.objects.filter(file__in=names).values_list("file", flat=True))
    for name in set(names) - shown:
        with suppress(OSError):
            picture_storage().delete(name)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("social", "0013_interface")]

    operations = [
        # The column stays as it is; SQLite would copy the whole table, here outside of a transaction.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="postimage",
                    name="file",
                    field=models.ImageField(
                        height_field="height",
                        storage=social.posts.storage.picture_storage,
                        upload_to=social.posts.models.image_name,
                        width_field="width",
                    ),
                ),
            ]
        ),
        migrations.RunPython(hide, migrations.RunPython.noop),
    ]
