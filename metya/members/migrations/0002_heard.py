"""The language in which a member last read the site, where they leave it to their browser."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0001_settings")]

    operations = [
        migrations.AddField(model_name="preferences", name="heard", field=models.CharField(blank=True, max_length=10)),
    ]
