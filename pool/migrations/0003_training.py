"""Words of the region, support with its rhythm, and talks that are offered."""

import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_deliveries"),
        ("pool", "0002_fences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Term",
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
                    "vocabulary",
                    models.CharField(
                        choices=[
                            ("TRAINING", "Trainings"),
                            ("AGREEMENT", "Agreements"),
                            ("SUPPORT", "Kinds of support"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(max_length=24)),
                ("label_nl", models.CharField(max_length=80, verbose_name="name in Dutch")),
                ("label_en", models.CharField(max_length=80, verbose_name="name in English")),
                (
                    "validity_months",
                    models.PositiveSmallIntegerField(null=True, verbose_name="valid for (months)"),
                ),
                (
                    "renew_months",
                    models.PositiveSmallIntegerField(
                        default=3, verbose_name="renewable before the end"
                    ),
                ),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "retired_by",
                    models.ForeignKey(
                        null=True,
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
                    models.UniqueConstraint(fields=("region", "code"), name="term_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9_]*$")),
                        name="term_code_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("validity_months", None), ("validity_months__gte", 1), _connector="OR"
                        ),
                        name="term_valid_for_a_month_or_more",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("validity_months", None),
                            ("renew_months__lte", models.F("validity_months")),
                            _connector="OR",
                        ),
                        name="term_renewable_within_validity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("label_nl", ""), _negated=True),
                            models.Q(("label_en", ""), _negated=True),
                        ),
                        name="term_has_both_names",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("retired_at", None), ("retired_by", None)),
                            models.Q(("retired_at__isnull", False), ("retired_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="term_retired_at_with_by",
                    ),
                ],
                "indexes": [],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SupportRhythm",
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
                ("kind", models.CharField(max_length=24)),
                ("every", models.PositiveSmallIntegerField(null=True)),
                (
                    "unit",
                    models.CharField(
                        choices=[("WEEKS", "weeks"), ("MONTHS", "months")],
                        default="WEEKS",
                        max_length=6,
                    ),
                ),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "kind", "valid_from"), name="support_rhythm_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("every", None),
                            models.Q(("every__gte", 1), ("every__lte", 60)),
                            _connector="OR",
                        ),
                        name="support_rhythm_between_1_and_60",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="support_rhythm_ends_after_start",
                    ),
                ],
                "indexes": [],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SupportContact",
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
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                ("kind", models.CharField(max_length=24)),
                ("held_on", models.DateField(verbose_name="day")),
                ("attended", models.BooleanField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
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
                        fields=("region", "expert", "kind", "held_on"), name="support_contact_once"
                    )
                ],
                "indexes": [],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SupportOverride",
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
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("PLANNED", "a day is agreed"),
                            ("NO_OFFER", "the region offered no moment"),
                            ("NEEDED", "nobody else can do this work"),
                            ("OTHER", "other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(verbose_name="until and including")),
                ("given_at", models.DateTimeField()),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
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
                        condition=models.Q(("ended_at", None)),
                        fields=("region", "expert"),
                        name="support_override_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_on__gte", models.F("from_on")),
                            (
                                "until_on__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("from_on"),
                                    "+",
                                    models.Value(datetime.timedelta(days=92)),
                                ),
                            ),
                        ),
                        name="support_override_at_most_three_months",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="support_override_ended_at_with_by",
                    ),
                ],
                "indexes": [],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Debrief",
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
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("FIRST_CONTACT", "first contact"),
                            ("FIRST_MEETING", "first meeting"),
                            ("ALARM", "no check-out, people called"),
                            ("NOBODY_CAME", "nobody came"),
                        ],
                        max_length=14,
                    ),
                ),
                ("source", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OFFERED", "offered"),
                            ("DECLINED", "no, thanks"),
                            ("WANTED", "call"),
                            ("HELD", "talked"),
                            ("MISSED", "not reached"),
                        ],
                        default="OFFERED",
                        max_length=8,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "OFFERED")),
                        fields=["expert"],
                        name="debrief_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "occasion", "source"), name="debrief_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["OFFERED", "DECLINED", "WANTED", "HELD", "MISSED"])
                        ),
                        name="debrief_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["DECLINED", "WANTED"]), _negated=True),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="debrief_answer_has_a_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="debrief_closed_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["HELD", "MISSED"]), ("closed_at", None), _connector="XOR"
                        ),
                        name="debrief_closed_at_iff_over",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AlterField(
            model_name="training",
            name="kind",
            field=models.CharField(max_length=24),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="kind",
            field=models.CharField(max_length=24),
        ),
        migrations.AddField(
            model_name="agreement",
            name="renewed_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("renewed_on", None),
                    ("renewed_on__gte", models.F("signed_on")),
                    _connector="OR",
                ),
                name="agreement_renewed_after_signing",
            ),
        ),
    ]
