"""Dated rules of a region, a rest that was asked for, and exceptions to rest."""

import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_log_fences"),
        ("pool", "0025_views_without_guarded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RegionRule",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("HEAVY_REST", "rest after a heavy contact"),
                            ("REST", "rest after any contact"),
                            ("QUIET", "quiet hours"),
                            ("DISTANCE", "least distance to home"),
                            ("TRAVEL", "time to travel around an appointment"),
                            ("ROAD", "by road instead of straight"),
                            ("VOG_MONTHS", "a VOG is renewed after"),
                            ("WITH_TWO", "first assignments with two"),
                            ("CONSENT", "new work asks for consent"),
                        ],
                        max_length=12,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
                ("decided_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount", None),
                                ("kind", "QUIET"),
                                ("quiet_from__isnull", False),
                                ("quiet_until__isnull", False),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("0")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("10080")),
                                ("kind", "HEAVY_REST"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("0")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("10080")),
                                ("kind", "REST"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("0")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("50")),
                                ("kind", "DISTANCE"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("0")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("240")),
                                ("kind", "TRAVEL"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("1")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("3")),
                                ("kind", "ROAD"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("1")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("60")),
                                ("kind", "VOG_MONTHS"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("0")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("10")),
                                ("kind", "WITH_TWO"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            models.Q(
                                ("amount__gte", Decimal("0")),
                                ("amount__isnull", False),
                                ("amount__lte", Decimal("1")),
                                ("kind", "CONSENT"),
                                ("quiet_from", None),
                                ("quiet_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="region_rule_within_limits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="region_rule_ends_after_start",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("replaced_at", None)),
                        expressions=[
                            ("region", "="),
                            ("kind", "="),
                            (
                                models.Func(
                                    models.F("valid_from"),
                                    models.F("valid_to"),
                                    models.Value("[)"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="region_rule_one_at_a_time",
                    ),
                ],
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Rest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.UUIDField()),
                ("began_at", models.DateTimeField()),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "source"), name="rest_once"
                    ),
                ],
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="supportoverride",
            name="support_override_one_running",
        ),
        migrations.AddField(
            model_name="supportoverride",
            name="request_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="supportoverride",
            name="until_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="supportoverride",
            name="what",
            field=models.CharField(
                choices=[("SUPPORT", "support that is due"), ("REST", "rest")],
                default="SUPPORT",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="supportoverride",
            name="reason",
            field=models.CharField(
                choices=[
                    ("PLANNED", "a day is agreed"),
                    ("NO_OFFER", "the region offered no moment"),
                    ("WANTS", "the person wants it"),
                    ("KNOWN", "knows this participant"),
                    ("NEEDED", "nobody else can do this work"),
                    ("OTHER", "other"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="supportoverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("what", "SUPPORT")),
                fields=("region", "expert"),
                name="support_override_one_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportoverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("what", "REST")),
                fields=("region", "expert", "request_id"),
                name="rest_override_one_a_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("request_id", None), ("until_at", None), ("what", "SUPPORT")),
                    models.Q(
                        ("request_id__isnull", False),
                        ("until_at__gt", models.F("given_at")),
                        (
                            "until_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("given_at"), "+", models.Value(datetime.timedelta(days=7))
                            ),
                        ),
                        ("what", "REST"),
                    ),
                    _connector="OR",
                ),
                name="rest_override_one_request_at_most_a_week",
            ),
        ),
    ]
