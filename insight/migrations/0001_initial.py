"""Tables of insight: facts without persons."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.db.models.manager
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0002_fences"),
        ("matching", "0002_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counted",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.request",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "request"), name="request_counted_once"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Fact",
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
                            ("MATCHED", "MATCHED"),
                            ("CONTACT", "CONTACT"),
                            ("MEETING", "MEETING"),
                            ("FILED", "FILED"),
                            ("OUT_OF_HOURS", "OUT_OF_HOURS"),
                            ("NOBODY", "NOBODY"),
                            ("WITHDRAWN", "WITHDRAWN"),
                            ("EXTENDED", "EXTENDED"),
                            ("ENDED_EARLY", "ENDED_EARLY"),
                            ("ASKED", "ASKED"),
                            ("DECLINED", "DECLINED"),
                            ("SILENT", "SILENT"),
                        ],
                        max_length=12,
                    ),
                ),
                ("week", models.DateField()),
                ("month", models.DateField()),
                (
                    "activity",
                    models.CharField(
                        choices=[
                            ("BUDDY_1ON1", "buddy"),
                            ("AT_TABLE", "at the table in a talk"),
                            ("PEER_GROUP", "peer support group"),
                            ("WORKSHOP_PRO", "workshop for professionals"),
                            ("CONSULT", "consult"),
                            ("CHAT", "chat shift"),
                            ("WALK_IN", "walk-in"),
                            ("INFO", "public information"),
                            ("POLICY", "policy advice"),
                            ("TRAINING_DEV", "training design"),
                            ("VICTIM_TALK", "talk with somebody who stays at home"),
                            ("INTAKE_SUPPORT", "support at intake"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("URGENT", "urgent"), ("NORMAL", "normal")], max_length=8
                    ),
                ),
                ("minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("came", models.BooleanField(default=True)),
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
                "indexes": [models.Index(fields=["region", "week"], name="fact_of_week")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "MATCHED",
                                    "CONTACT",
                                    "MEETING",
                                    "FILED",
                                    "OUT_OF_HOURS",
                                    "NOBODY",
                                    "WITHDRAWN",
                                    "EXTENDED",
                                    "ENDED_EARLY",
                                    "ASKED",
                                    "DECLINED",
                                    "SILENT",
                                ],
                            )
                        ),
                        name="fact_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["MATCHED", "CONTACT", "MEETING"]),
                                ("minutes__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    ("kind__in", ["MATCHED", "CONTACT", "MEETING"]), _negated=True
                                ),
                                ("came", True),
                                ("minutes", None),
                            ),
                            _connector="OR",
                        ),
                        name="fact_minutes_iff_timed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minutes", None),
                            (
                                "minutes",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("minutes"),
                                    "-",
                                    django.db.models.functions.math.Mod("minutes", 15),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="fact_minutes_are_quarters",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("month__day", 1), ("week__iso_week_day", 1)),
                        name="fact_knows_no_day",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
    ]
