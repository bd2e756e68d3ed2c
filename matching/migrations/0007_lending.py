"""Work of experts whom another region lends: where they belong, and by which agreement."""

from django.db import migrations, models
from django.db.models.functions import Coalesce

OF_EXPERTS = ("conflictdeclaration", "offer", "task")


def home() -> models.GeneratedField:
    return models.GeneratedField(
        db_persist=True,
        expression=Coalesce("lent_from", "region_id"),
        output_field=models.BigIntegerField(),
    )


class Migration(migrations.Migration):
    dependencies = [("matching", "0006_more_tasks"), ("pool", "0014_lending_fences")]

    operations = [
        *(
            migrations.AddField(name, "lent_from", models.BigIntegerField(blank=True, null=True))
            for name in OF_EXPERTS
        ),
        *(migrations.AddField(name, "expert_region_id", home()) for name in OF_EXPERTS),
        migrations.AddField("offer", "grant_id", models.UUIDField(blank=True, null=True)),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(lent_from=None, grant_id=None)
                | models.Q(lent_from__isnull=False, grant_id__isnull=False),
                name="offer_lent_with_grant",
            ),
        ),
    ]
