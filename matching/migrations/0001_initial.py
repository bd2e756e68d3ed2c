"""Tables of matching, with their constraints and indexes."""

import core.crypto.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("core", "__first__"),
        ("pool", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", core.crypto.fields.SealedText(editable=True, limit=40, null=True)),
                ("reference_index", models.BinaryField(max_length=32)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
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
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.organisation",
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
                    models.UniqueConstraint(
                        fields=("region", "organisation", "reference_index"),
                        name="case_reference_once",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Measure",
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
                            ("THV", "temporary measure of the mayor"),
                            ("BEHAVIOUR_ORDER", "behaviour order of the prosecutor"),
                            ("CONDITIONS", "conditions of the court"),
                            ("OTHER", "another measure"),
                        ],
                        default="THV",
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ANNOUNCED", "announced, decision not seen"),
                            ("ACTIVE", "in force"),
                            ("EXTENDED", "in force, extended"),
                            ("END_REACHED_UNCONFIRMED", "end reached, not confirmed"),
                            ("EXPIRED", "expired, confirmed"),
                            ("WITHDRAWN", "withdrawn by the mayor"),
                            ("SUSPENDED", "suspended by the court"),
                            ("ANNULLED", "annulled by the court"),
                        ],
                        default="ANNOUNCED",
                        max_length=24,
                    ),
                ),
                ("imposed_at", models.DateTimeField(verbose_name="imposed at")),
                ("imposed_wall", models.CharField(max_length=16)),
                ("imposed_fold", models.PositiveSmallIntegerField(default=0)),
                ("zone", models.CharField(default="Europe/Amsterdam", max_length=40)),
                ("end_default_at", models.DateTimeField(null=True)),
                ("end_max_at", models.DateTimeField(null=True)),
                ("end_stated_at", models.DateTimeField(blank=True, null=True)),
                ("end_stated_wall", models.CharField(blank=True, max_length=16)),
                ("end_is_ambiguous", models.BooleanField(default=False)),
                ("end_was_shifted", models.BooleanField(default=False)),
                (
                    "decision_seen_on",
                    models.DateField(blank=True, null=True, verbose_name="decision seen on"),
                ),
                (
                    "protected_roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("PARTNER", "partner"),
                                ("EX_PARTNER", "ex-partner"),
                                ("CHILDREN", "children"),
                                ("PARENTS", "parents"),
                                ("OTHER", "somebody else in the home"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.case",
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
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "ANNOUNCED",
                                    "ACTIVE",
                                    "EXTENDED",
                                    "END_REACHED_UNCONFIRMED",
                                    "EXPIRED",
                                    "WITHDRAWN",
                                    "SUSPENDED",
                                    "ANNULLED",
                                ],
                            )
                        ),
                        name="measure_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_default_at", None),
                            ("end_default_at__gt", models.F("imposed_at")),
                            _connector="OR",
                        ),
                        name="measure_default_end_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_stated_at", None),
                            ("end_stated_at__gt", models.F("imposed_at")),
                            _connector="OR",
                        ),
                        name="measure_stated_end_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("imposed_fold__in", [0, 1])), name="measure_fold_0_or_1"
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="MeasureEvent",
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
                            ("RECORDED", "recorded"),
                            ("DECISION_SEEN", "decision seen"),
                            ("EXTENDED", "extended"),
                            ("WITHDRAWN", "withdrawn"),
                            ("SUSPENDED", "suspended"),
                            ("ANNULLED", "annulled"),
                            ("RESUMED", "in force again"),
                            ("END_REACHED", "end reached"),
                            ("END_CONFIRMED", "end confirmed"),
                            ("CORRECTED", "corrected after the decision"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state_before",
                    models.CharField(
                        choices=[
                            ("ANNOUNCED", "announced, decision not seen"),
                            ("ACTIVE", "in force"),
                            ("EXTENDED", "in force, extended"),
                            ("END_REACHED_UNCONFIRMED", "end reached, not confirmed"),
                            ("EXPIRED", "expired, confirmed"),
                            ("WITHDRAWN", "withdrawn by the mayor"),
                            ("SUSPENDED", "suspended by the court"),
                            ("ANNULLED", "annulled by the court"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "state_after",
                    models.CharField(
                        choices=[
                            ("ANNOUNCED", "announced, decision not seen"),
                            ("ACTIVE", "in force"),
                            ("EXTENDED", "in force, extended"),
                            ("END_REACHED_UNCONFIRMED", "end reached, not confirmed"),
                            ("EXPIRED", "expired, confirmed"),
                            ("WITHDRAWN", "withdrawn by the mayor"),
                            ("SUSPENDED", "suspended by the court"),
                            ("ANNULLED", "annulled by the court"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("CASE_MANAGER", "case manager"),
                            ("MUNICIPALITY", "municipality"),
                            ("POLICE", "police"),
                            ("COURT", "court"),
                            ("LAWYER", "lawyer"),
                            ("CLOCK", "the clock"),
                        ],
                        max_length=16,
                    ),
                ),
                ("document_seen", models.BooleanField(default=False, verbose_name="paper seen")),
                ("heard_at", models.DateTimeField(verbose_name="heard at")),
                ("new_end_at", models.DateTimeField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "measure",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.measure",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
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
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recorded_by__isnull", False), ("source", "CLOCK"), _connector="OR"
                        ),
                        name="measure_event_recorded_at_with_by",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                (
                    "release_urgent",
                    models.CharField(
                        choices=[
                            ("AUTOMATIC", "at once, by itself"),
                            ("COORDINATOR", "after a coordinator looked"),
                        ],
                        default="COORDINATOR",
                        max_length=12,
                    ),
                ),
                (
                    "release_normal",
                    models.CharField(
                        choices=[
                            ("AUTOMATIC", "at once, by itself"),
                            ("COORDINATOR", "after a coordinator looked"),
                        ],
                        default="COORDINATOR",
                        max_length=12,
                    ),
                ),
                ("wave_size", models.PositiveSmallIntegerField(default=1)),
                (
                    "answer_urgent",
                    models.PositiveIntegerField(
                        default=120, verbose_name="time to answer, urgent (min)"
                    ),
                ),
                (
                    "answer_normal",
                    models.PositiveIntegerField(
                        default=1440, verbose_name="time to answer, normal (min)"
                    ),
                ),
                (
                    "call_back",
                    models.PositiveIntegerField(
                        default=120, verbose_name="coordinator calls within (min)"
                    ),
                ),
                (
                    "first_contact",
                    models.PositiveIntegerField(
                        default=1440, verbose_name="goal of first contact (min)"
                    ),
                ),
                (
                    "first_meeting",
                    models.PositiveIntegerField(
                        default=4320, verbose_name="goal of first meeting (min)"
                    ),
                ),
                (
                    "undo",
                    models.PositiveIntegerField(
                        default=15, verbose_name="accept can be undone (min)"
                    ),
                ),
                (
                    "default_days",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="usual length of the measure"
                    ),
                ),
                (
                    "max_days",
                    models.PositiveSmallIntegerField(
                        default=28, verbose_name="longest length of the measure"
                    ),
                ),
                (
                    "gate_days",
                    models.PositiveSmallIntegerField(
                        default=14, verbose_name="safety check valid (days)"
                    ),
                ),
                (
                    "reminders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                ("weights", models.JSONField(default=dict)),
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
                    models.UniqueConstraint(fields=("region", "number"), name="policy_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("wave_size__gte", 1), ("wave_size__lte", 3)),
                        name="policy_wave_size_1_to_3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_days__gte", models.F("default_days"))),
                        name="policy_max_days_not_less",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.CharField(max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("FILED", "received"),
                            ("SEARCHING", "offers are out"),
                            ("UNFILLED", "nobody can now; a coordinator calls"),
                            ("MATCHED", "somebody said yes"),
                            ("WITHDRAWN", "withdrawn"),
                            ("CLOSED", "closed"),
                        ],
                        default="FILED",
                        max_length=12,
                    ),
                ),
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
                        default="BUDDY_1ON1",
                        max_length=16,
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("URGENT", "urgent"), ("NORMAL", "normal")], max_length=8
                    ),
                ),
                (
                    "age_band",
                    models.CharField(
                        choices=[
                            ("UNDER_20", "under 20"),
                            ("TWENTIES", "20-29"),
                            ("THIRTIES", "30-39"),
                            ("FORTIES", "40-49"),
                            ("FIFTIES", "50-59"),
                            ("SIXTY_PLUS", "60+"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("PARTNER", "partner"),
                            ("EX_PARTNER", "ex-partner"),
                            ("CHILD", "child"),
                            ("PARENT", "parent"),
                            ("OTHER", "somebody else"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("nl", "Dutch"),
                            ("en", "English"),
                            ("ar", "Arabic"),
                            ("ber", "Berber"),
                            ("bg", "Bulgarian"),
                            ("de", "German"),
                            ("es", "Spanish"),
                            ("fa", "Persian"),
                            ("fr", "French"),
                            ("pap", "Papiamento"),
                            ("pl", "Polish"),
                            ("pt", "Portuguese"),
                            ("ro", "Romanian"),
                            ("so", "Somali"),
                            ("srn", "Sranan"),
                            ("ti", "Tigrinya"),
                            ("tr", "Turkish"),
                            ("uk", "Ukrainian"),
                            ("ur", "Urdu"),
                            ("zh", "Chinese"),
                            ("dse", "Dutch Sign Language"),
                        ],
                        default="nl",
                        max_length=3,
                    ),
                ),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("SIMPLE_LANGUAGE", "simple language"),
                                ("INTERPRETER", "interpreter"),
                                ("PARENT", "also a parent"),
                                ("WOMAN", "a woman as buddy"),
                                ("PHONE_FIRST", "phone first, meet later"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "day_parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("DAYTIME", "during the day"),
                                ("EVENING", "evening"),
                                ("NIGHT", "night"),
                                ("WEEKEND", "weekend"),
                            ],
                            max_length=8,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("earliest_contact_at", models.DateTimeField()),
                ("case_manager_name", core.crypto.fields.SealedText(editable=True, limit=120)),
                ("case_manager_phone", core.crypto.fields.SealedText(editable=True, limit=20)),
                ("deputy_name", core.crypto.fields.SealedText(editable=True, limit=120)),
                ("deputy_phone", core.crypto.fields.SealedText(editable=True, limit=20)),
                ("out_of_hours_phone", core.crypto.fields.SealedText(editable=True, limit=20)),
                ("filed_at", models.DateTimeField()),
                ("form_key", models.UUIDField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("unfilled_at", models.DateTimeField(blank=True, null=True)),
                ("matched_at", models.DateTimeField(blank=True, null=True)),
                ("first_contact_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.area",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.case",
                    ),
                ),
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
                    "measure",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.measure",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.organisation",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.policyversion",
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
                    "requester",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True,
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
                        fields=("region", "number"), name="request_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("region", "form_key"), name="request_form_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "FILED",
                                    "SEARCHING",
                                    "UNFILLED",
                                    "MATCHED",
                                    "WITHDRAWN",
                                    "CLOSED",
                                ],
                            )
                        ),
                        name="request_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("seen_at", None), ("seen_by", None)),
                            models.Q(("seen_at__isnull", False), ("seen_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="request_seen_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["WITHDRAWN", "CLOSED"]),
                            ("closed_at", None),
                            _connector="XOR",
                        ),
                        name="request_closed_at_iff_over",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="GateItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("G1", "safety plan known"),
                            ("G2", "case manager and deputy reachable"),
                            ("G3", "measure and protected roles recorded"),
                            ("G4", "risk looked at by a professional"),
                            ("G5", "forensic consultation"),
                            ("G6", "participant wants this contact"),
                            ("G7", "safe place"),
                            ("G8", "first time as a duo"),
                            ("G9", "knows nobody in this matter"),
                            ("G10", "papers in order for this work"),
                            ("G11", "is it going well enough?"),
                            ("G12", "emergency card shared"),
                            ("G13", "check-in and check-out agreed"),
                        ],
                        max_length=3,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "open"),
                            ("CONFIRMED", "confirmed"),
                            ("NOT_NEEDED", "not needed here"),
                            ("WAIVED", "waived by two persons"),
                            ("REFUSED", "stands in the way"),
                        ],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NO_CONTRAINDICATION", "no contra-indication"),
                            ("CONSULT_NEEDED", "forensic consultation needed"),
                            ("NOT_DEPLOYABLE", "not deployable"),
                        ],
                        max_length=20,
                    ),
                ),
                ("stated_on", models.DateField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("by_system", models.BooleanField(default=False)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
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
                        fields=("region", "request", "code"), name="gate_item_once_per_request"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at", None), ("confirmed_by", None), ("state", "OPEN")
                            ),
                            models.Q(
                                models.Q(("state", "OPEN"), _negated=True),
                                ("confirmed_at__isnull", False),
                                models.Q(
                                    ("confirmed_by__isnull", False),
                                    ("by_system", True),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="gate_item_confirmed_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "WAIVED"), _negated=True),
                            ("code", "G8"),
                            _connector="OR",
                        ),
                        name="gate_item_only_duo_waivable",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ConflictDeclaration",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("NO_CONFLICT", "I know nobody in this matter"),
                            ("CONFLICT", "I know somebody in this matter"),
                            ("UNSURE", "I am not sure"),
                        ],
                        max_length=12,
                    ),
                ),
                ("declared_at", models.DateTimeField()),
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
                        fields=("region", "request", "expert"),
                        name="conflict_one_answer_per_request",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RequestNumber",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField()),
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
                    models.UniqueConstraint(
                        fields=("region", "year"), name="request_number_one_per_year"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("BUDDY", "buddy"),
                            ("SECOND", "second buddy"),
                            ("RESERVE", "reserve"),
                        ],
                        default="BUDDY",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "open"), ("FILLED", "filled"), ("CLOSED", "closed")],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True)),
                ("ends_at", models.DateTimeField(blank=True, null=True)),
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_at", None), ("starts_at", None)),
                            ("ends_at__gt", models.F("starts_at")),
                            _connector="OR",
                        ),
                        name="seat_time_open_or_complete",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "waiting for an answer"),
                            ("ACCEPTED", "accepted"),
                            ("DECLINED", "declined"),
                            ("EXPIRED", "no answer in time"),
                            ("SUPERSEDED", "somebody else was first"),
                            ("WITHDRAWN", "taken back"),
                            ("UNDONE", "accepted and given back"),
                        ],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                ("offered_at", models.DateTimeField()),
                ("deadline_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("undo_until", models.DateTimeField(blank=True, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("CONFLICT", "I know somebody in this matter"),
                            ("NO_TIME", "no time"),
                            ("TOO_HEAVY", "too heavy now"),
                        ],
                        max_length=10,
                    ),
                ),
                ("by_link", models.BooleanField(default=False)),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
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
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.seat",
                    ),
                ),
            ],
            options={
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
            name="Decision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("by_machine", models.BooleanField(default=False)),
                ("ranked", models.JSONField(default=list)),
                ("excluded", models.JSONField(default=list)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
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
                (
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.seat",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["seat", "-made_at"], name="decision_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("by_machine", True), ("made_by", None)),
                            models.Q(("by_machine", False), ("made_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="decision_made_at_with_by",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("expert_region_id", models.BigIntegerField()),
                ("grant_id", models.UUIDField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "running"),
                            ("PAUSED", "paused"),
                            ("ON_HOLD", "on hold after an incident"),
                            ("ENDED", "ended"),
                        ],
                        default="ACTIVE",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("first_contact_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
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
                    "offer",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.offer",
                    ),
                ),
                (
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.seat",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ENDED"), _negated=True),
                        fields=("region", "seat"),
                        name="assignment_one_running_per_seat",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "ENDED"), ("ended_at", None), _connector="XOR"
                        ),
                        name="assignment_ended_at_iff_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grant_id__isnull", False),
                            ("expert_region_id", models.F("region_id")),
                            _connector="OR",
                        ),
                        name="assignment_lent_needs_grant",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Task",
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
                            ("NEW_REQUEST", "look at a new request"),
                            ("NOBODY_FITS", "call the professional: nobody can now"),
                            ("PLAN_FIRST", "plan the first meeting"),
                            ("GATE_LAPSED", "confirm the safety check again"),
                            ("MEASURE_END", "ask about the end of the measure"),
                            ("CONFLICT", "somebody knows somebody: find another"),
                            ("TOO_HEAVY", "call the expert: it was too heavy"),
                            ("OVERDUE", "no check-out: call"),
                            ("MESSAGE_FAILED", "a message could not be sent: call"),
                        ],
                        max_length=16,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("once_per", models.CharField(max_length=120)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
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
                    "request",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["due_at"],
                        name="task_open_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("region", "once_per"), name="task_once_per"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("done_by", None), ("done_at__isnull", False), _connector="OR"
                        ),
                        name="task_done_at_with_by",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Wave",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("size", models.PositiveSmallIntegerField()),
                (
                    "order",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("ACTIVE", "running"), ("CLOSED", "closed")],
                        default="ACTIVE",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("deadline_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decision",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.decision",
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
                    "seat",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.seat",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ACTIVE")),
                        fields=("region", "seat"),
                        name="wave_one_active_per_seat",
                    ),
                    models.UniqueConstraint(
                        fields=("region", "seat", "number"), name="wave_number_once_per_seat"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("deadline_at__gt", models.F("started_at"))),
                        name="wave_deadline_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "ACTIVE"), ("closed_at__isnull", False), _connector="XOR"
                        ),
                        name="wave_closed_at_iff_closed",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="offer",
            name="wave",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="matching.wave",
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                condition=models.Q(("state", "OPEN")), fields=["deadline_at"], name="offer_open_due"
            ),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["expert", "state"], name="offer_of_expert"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "ACCEPTED")),
                fields=("region", "seat"),
                name="offer_one_accepted_per_seat",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "OPEN")),
                fields=("region", "seat", "expert"),
                name="offer_one_open_per_seat_and_expert",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("deadline_at__gt", models.F("offered_at"))),
                name="offer_deadline_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "OPEN"), ("closed_at__isnull", False), _connector="XOR"
                ),
                name="offer_closed_at_iff_not_open",
            ),
        ),
    ]
