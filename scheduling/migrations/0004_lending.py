"""Hours of somebody who was lent stand in the calendar at home; a part in a session says where."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_overdue"), ("matching", "0008_lending_fences")]

    operations = [
        migrations.AddField(
            "sessionrole", "lent_from", models.BigIntegerField(blank=True, null=True)
        ),
        migrations.AddField(
            "sessionrole",
            "block_region_id",
            models.GeneratedField(
                db_persist=True,
                expression=Coalesce("lent_from", "region_id"),
                output_field=models.BigIntegerField(),
            ),
        ),
    ]
