"""What the life of an expert needs: first talks, a last day, a probation."""

import core.crypto.fields
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_log_fences"),
        ("pool", "0020_specialism_fences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Intake",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("box", core.crypto.fields.SealedJSON(editable=True, limit=1200)),
                ("talked_on", models.DateField(verbose_name="talked on")),
                ("again_on", models.DateField(blank=True, null=True, verbose_name="call again on")),
                ("written_at", models.DateTimeField()),
                ("keep_until", models.DateTimeField()),
                (
                    "data_key",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.datakey",
                    ),
                ),
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
                (
                    "talked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert"), name="intake_one_per_expert"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "keep_until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("written_at"),
                                    "+",
                                    models.Value(datetime.timedelta(days=366)),
                                ),
                            )
                        ),
                        name="intake_kept_a_year_at_most",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="expert",
            name="expert_state_known",
        ),
        migrations.AddField(
            model_name="expert",
            name="admitted_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="expert",
            name="duos_to_go",
            field=models.PositiveSmallIntegerField(
                default=0, verbose_name="first assignments with two"
            ),
        ),
        migrations.AddField(
            model_name="expert",
            name="keep_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="expert",
            name="leaves_on",
            field=models.DateField(blank=True, null=True, verbose_name="last day"),
        ),
        migrations.AddField(
            model_name="expert",
            name="leaving_reason",
            field=core.crypto.fields.SealedText(editable=True, limit=20, null=True),
        ),
        migrations.AddField(
            model_name="regionprofile",
            name="first_with_two",
            field=models.PositiveSmallIntegerField(
                default=2,
                validators=[django.core.validators.MaxValueValidator(10)],
                verbose_name="first assignments with two",
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="came_from",
            field=models.CharField(
                choices=[
                    ("APPLICANT", "applied"),
                    ("INTAKE", "in first talks"),
                    ("IN_TRAINING", "in training"),
                    ("ACTIVE", "active"),
                    ("PAUSED", "has a pause"),
                    ("SUSPENDED", "suspended"),
                    ("LEAVING", "is leaving"),
                    ("LEFT", "left"),
                ],
                default="ACTIVE",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="expert",
            name="state",
            field=models.CharField(
                choices=[
                    ("APPLICANT", "applied"),
                    ("INTAKE", "in first talks"),
                    ("IN_TRAINING", "in training"),
                    ("ACTIVE", "active"),
                    ("PAUSED", "has a pause"),
                    ("SUSPENDED", "suspended"),
                    ("LEAVING", "is leaving"),
                    ("LEFT", "left"),
                ],
                default="APPLICANT",
                max_length=12,
            ),
        ),
    ]
