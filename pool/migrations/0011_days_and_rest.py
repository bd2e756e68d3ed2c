"""Days that differ from the week, one tap for today, own quiet hours, rest after heavy contact."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_deliveries"),
        ("pool", "0010_vog_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("day", models.DateField()),
                ("starts", models.PositiveSmallIntegerField()),
                ("ends", models.PositiveSmallIntegerField()),
                ("is_there", models.BooleanField()),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts__lt", 1440)), name="day_starts_within_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends__gt", models.F("starts")),
                            (
                                "ends__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts"), "+", models.Value(1440)
                                ),
                            ),
                        ),
                        name="day_ends_after_start_within_24_hours",
                    ),
                    models.UniqueConstraint(
                        fields=("region", "expert", "day", "starts"), name="day_change_once"
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="absence",
            name="kind",
            field=models.CharField(
                choices=[("AWAY", "away"), ("TODAY", "not today")], default="AWAY", max_length=6
            ),
        ),
        migrations.AddField(
            model_name="block",
            name="is_heavy",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="expert",
            name="heavy_rest_minutes",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="rest after heavy contact"
            ),
        ),
        migrations.AddField(
            model_name="expert",
            name="quiet_from",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet from"),
        ),
        migrations.AddField(
            model_name="expert",
            name="quiet_until",
            field=models.TimeField(blank=True, null=True, verbose_name="quiet until"),
        ),
        migrations.AddField(
            model_name="expert",
            name="urgent_wakes",
            field=models.BooleanField(
                default=True, verbose_name="urgent questions also in quiet hours"
            ),
        ),
        migrations.AddField(
            model_name="regionprofile",
            name="heavy_rest_minutes",
            field=models.PositiveSmallIntegerField(
                default=1440,
                validators=[django.core.validators.MaxValueValidator(10080)],
                verbose_name="rest after heavy contact",
            ),
        ),
        migrations.AlterField(
            model_name="regionprofile",
            name="rest_minutes",
            field=models.PositiveSmallIntegerField(
                default=720, verbose_name="rest after any contact"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["AWAY", "TODAY"])), name="absence_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from", None), ("quiet_until", None)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="expert_quiet_from_with_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("heavy_rest_minutes", None),
                    ("heavy_rest_minutes__lte", 10080),
                    _connector="OR",
                ),
                name="expert_rest_at_most_a_week",
            ),
        ),
    ]
