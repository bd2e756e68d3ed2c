"""How much lasting work somebody carries, in lines that stand at home."""

import django.db.models.deletion
import django.db.models.manager
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_log_fences"),
        ("pool", "0028_answers_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Carried",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.UUIDField()),
                ("grant_id", models.UUIDField(blank=True, null=True)),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["region", "expert"], name="carried_by")],
                "constraints": [models.UniqueConstraint(fields=("source",), name="carried_once")],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
    ]
