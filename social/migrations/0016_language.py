"""What the system tells somebody can be said in the language of whoever reads it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("social", "0015_push_and_mail")]

    operations = [
        migrations.AlterModelOptions(
            name="tag", options={"verbose_name": "hashtag", "verbose_name_plural": "hashtags"}
        ),
        migrations.AddField(
            model_name="notification", name="sentence", field=models.CharField(blank=True, max_length=300)
        ),
        migrations.AddField(model_name="notification", name="values", field=models.JSONField(blank=True, default=dict)),
    ]
