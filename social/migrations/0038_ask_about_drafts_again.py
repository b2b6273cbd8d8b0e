from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def ask_again(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """What members allowed so far was that their comparisons are exported. Now they decide as well what styles are worth, which
    is told beside the switch: whoever allowed it before is asked anew."""
    apps.get_model("social", "DraftPair").objects.filter(shared=True).update(shared=False)
    apps.get_model("social", "Profile").objects.filter(shares_drafts=True).update(shares_drafts=False)


class Migration(migrations.Migration):
    dependencies = [("social", "0037_upkeep")]

    operations = [migrations.RunPython(ask_again, migrations.RunPython.noop)]
