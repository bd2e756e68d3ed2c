"""Tables of pool, with their constraints and indexes."""

import core.crypto.fields
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("core", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Area",
            fields=[
                ("code", models.CharField(max_length=4, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("latitude", models.DecimalField(decimal_places=3, max_digits=6)),
                ("longitude", models.DecimalField(decimal_places=3, max_digits=6)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Expert",
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
                            ("INVITED", "invited"),
                            ("IN_TRAINING", "in training"),
                            ("ACTIVE", "active"),
                            ("SUSPENDED", "suspended"),
                            ("LEFT", "left"),
                        ],
                        default="INVITED",
                        max_length=12,
                    ),
                ),
                ("first_name", core.crypto.fields.SealedText(editable=True, limit=60)),
                ("last_name", core.crypto.fields.SealedText(editable=True, limit=80)),
                ("phone", core.crypto.fields.SealedText(editable=True, limit=20)),
                ("email", core.crypto.fields.SealedText(editable=True, limit=254)),
                (
                    "travel_radius_km",
                    models.PositiveSmallIntegerField(
                        default=20, verbose_name="travels at most (km)"
                    ),
                ),
                (
                    "can_meet",
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
                    "max_running",
                    models.PositiveSmallIntegerField(
                        default=2, verbose_name="buddy work at the same time"
                    ),
                ),
                (
                    "max_per_week",
                    models.PositiveSmallIntegerField(default=4, verbose_name="sessions a week"),
                ),
                (
                    "wants_sms",
                    models.BooleanField(default=True, verbose_name="text message for an offer"),
                ),
                (
                    "wants_invites",
                    models.BooleanField(
                        default=True, verbose_name="invitations for the calendar by mail"
                    ),
                ),
                (
                    "hides_offers",
                    models.BooleanField(
                        default=False, verbose_name="offers start closed on my screen"
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                (
                    "started_on",
                    models.DateField(blank=True, null=True, verbose_name="takes part since"),
                ),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                (
                    "coordinator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "home_area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.area",
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
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["INVITED", "IN_TRAINING", "ACTIVE", "SUSPENDED", "LEFT"])
                        ),
                        name="expert_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state", "LEFT"), ("left_at", None), _connector="XOR"),
                        name="expert_left_at_iff_left",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("travel_radius_km__gte", 1), ("travel_radius_km__lte", 200)
                        ),
                        name="expert_travel_radius_between_1_and_200_km",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExcludedOrganisation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "organisation"),
                        name="excluded_organisation_once",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExcludedArea",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.area",
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "area"), name="excluded_area_once"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="BlockEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SESSION", "session"),
                            ("SHIFT", "shift"),
                            ("WORKSHOP", "workshop"),
                        ],
                        max_length=10,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("occupied", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("LIVE", "booked"), ("RELEASED", "released")],
                        default="LIVE",
                        max_length=10,
                    ),
                ),
                ("source", models.UUIDField()),
                (
                    "region",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.region",
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pool.expert",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Block",
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
                            ("SESSION", "session"),
                            ("SHIFT", "shift"),
                            ("WORKSHOP", "workshop"),
                        ],
                        max_length=10,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("occupied", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("LIVE", "booked"), ("RELEASED", "released")],
                        default="LIVE",
                        max_length=10,
                    ),
                ),
                ("source", models.UUIDField()),
                ("ends_at", models.DateTimeField(editable=False)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["source"], name="block_source")],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "LIVE")),
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[("expert", "="), ("occupied", "&&")],
                        name="block_no_overlap",
                        violation_error_code="overlap",
                        violation_error_message="This person is booked at that time already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("occupied__contains", models.F("period"))),
                        name="block_period_within_occupied",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)),
                        name="block_period_not_empty",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Agreement",
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
                            ("CONFIDENTIALITY", "confidentiality agreement"),
                            ("CODE_OF_CONDUCT", "code of conduct"),
                            ("VOLUNTEER", "volunteer agreement"),
                            ("EMPLOYMENT", "employment contract"),
                            ("FREELANCE", "freelance agreement"),
                            ("SECONDMENT", "secondment"),
                        ],
                        max_length=16,
                    ),
                ),
                ("signed_on", models.DateField(verbose_name="signed on")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="valid until"),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gte", models.F("signed_on")),
                            _connector="OR",
                        ),
                        name="agreement_ends_after_signing",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="away from")),
                ("ends_at", models.DateTimeField(verbose_name="back at")),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="absence_ends_after_start",
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExpertActivity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                        max_length=16,
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "activity"), name="expert_activity_once"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ExpertLanguage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                        max_length=3,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("A2", "a little"),
                            ("B1", "enough for a talk"),
                            ("B2", "well"),
                            ("C", "very well"),
                            ("NATIVE", "mother tongue"),
                            ("SIGN", "sign language"),
                        ],
                        max_length=6,
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "language"), name="expert_language_once"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="LifeExperience",
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
                            ("PARENT", "parent"),
                            ("STEP", "step-parent"),
                            ("SEPARATED", "separated"),
                            ("CONTACT_ARRANGEMENT", "contact arrangement with children"),
                            ("ADDICTION", "addiction, in recovery"),
                            ("DEBT", "debts"),
                            ("HOMELESS", "homelessness"),
                            ("DETENTION", "detention"),
                            ("THV_SELF", "was under such a measure"),
                            ("TREATMENT", "followed treatment"),
                            ("VICTIM_TOO", "was also hurt"),
                            ("MILITARY", "veteran"),
                            ("YOUTH_CARE", "youth care"),
                            ("WORK", "work or own business"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "visible_to",
                    models.CharField(
                        choices=[
                            ("COORDINATOR", "coordinator only"),
                            ("REQUESTER", "also the professional"),
                            ("CLIENT", "also the participant"),
                        ],
                        default="COORDINATOR",
                        max_length=12,
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert", "code"), name="life_experience_once"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="MeetingPlace",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", core.crypto.fields.SealedText(editable=True, limit=120)),
                ("address", core.crypto.fields.SealedText(editable=True, limit=200)),
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
                        blank=True,
                        db_constraint=False,
                        null=True,
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
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="OnCallShift",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                (
                    "place_in_chain",
                    models.PositiveSmallIntegerField(default=1, verbose_name="called as number"),
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
                    "user",
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
                "indexes": [models.Index(fields=["starts_at", "ends_at"], name="on_call_when")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="on_call_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("place_in_chain__gte", 1)),
                        name="on_call_place_from_one",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="RegionProfile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "coordinator_phone",
                    models.CharField(max_length=20, verbose_name="phone of the coordinators"),
                ),
                (
                    "picket_phone",
                    models.CharField(max_length=20, verbose_name="phone outside office hours"),
                ),
                (
                    "day_base",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Regions differ: is the day of imposition day 0 or day 1?",
                        validators=[django.core.validators.MaxValueValidator(1)],
                        verbose_name="number of the first day",
                    ),
                ),
                (
                    "min_distance_km",
                    models.PositiveSmallIntegerField(
                        default=2, verbose_name="minimum distance to home"
                    ),
                ),
                (
                    "road_factor",
                    models.DecimalField(
                        decimal_places=2,
                        default="1.30",
                        max_digits=3,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="road distance per straight distance",
                    ),
                ),
                (
                    "vog_policy_months",
                    models.PositiveSmallIntegerField(
                        default=36, verbose_name="VOG renewed after months"
                    ),
                ),
                (
                    "rest_minutes",
                    models.PositiveSmallIntegerField(
                        default=720, verbose_name="rest after heavy contact"
                    ),
                ),
                (
                    "travel_minutes",
                    models.PositiveSmallIntegerField(
                        default=30, verbose_name="travel around a session"
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(default=datetime.time(22, 0), verbose_name="quiet hours from"),
                ),
                (
                    "quiet_until",
                    models.TimeField(default=datetime.time(7, 0), verbose_name="quiet hours until"),
                ),
                (
                    "host",
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
                        fields=("region",), name="region_profile_one_per_region"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("day_base__in", [0, 1])), name="region_day_base_0_or_1"
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                        max_length=16,
                    ),
                ),
                (
                    "host_kind",
                    models.CharField(
                        choices=[
                            ("VEILIG_THUIS", "Veilig Thuis"),
                            ("CRISIS_SERVICE", "crisis service"),
                            ("MUNICIPALITY", "municipality"),
                            ("POLICE", "police"),
                            ("PROBATION", "probation service"),
                            ("SAFETY_HOUSE", "care and safety house"),
                            ("LOCAL_TEAM", "local social team"),
                            ("SHELTER", "women's shelter organisation"),
                            ("FORENSIC_CARE", "forensic care"),
                            ("TIMEOUT_PLACE", "time-out place"),
                            ("YOUTH_PROTECTION", "youth protection"),
                            ("LEGAL_AID", "legal aid"),
                            ("POOL_HOST", "host of the pool"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("LEGAL", "required by law"),
                            ("POLICY", "required by policy"),
                            ("NONE", "not required"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "profile_kind",
                    models.CharField(
                        blank=True,
                        choices=[("ASPECT", "function aspect"), ("PROFILE", "specific profile")],
                        max_length=8,
                    ),
                ),
                ("profile_code", models.CharField(blank=True, max_length=3)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
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
                        fields=("region", "activity", "host_kind", "valid_from"),
                        name="requirement_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="requirement_ends_after_start",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("WELLBEING", "wellbeing"),
                            ("SCREENING", "screening"),
                            ("CONDUCT", "conduct"),
                            ("OTHER", "other"),
                        ],
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
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
                    "lifted_by",
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
                    "started_by",
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
                        condition=models.Q(("lifted_at", None)),
                        fields=("region", "expert"),
                        name="suspension_one_running",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lifted_at", None), ("lifted_by", None)),
                            models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="suspension_lifted_at_with_by",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Training",
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
                            ("WEE", "Working with own experience (WEE/WMEE)"),
                            ("HEE", "Recovery, empowerment, expertise (HEE)"),
                            ("TOED", "TOED training route"),
                            ("HOWIE", "Howie the Harp"),
                            ("MARKIEZA", "Markieza"),
                            ("BGE", "mbo-4 with expertise by experience (BGE)"),
                            ("AD", "Associate degree expertise by experience"),
                            ("HBO", "Bachelor with expertise by experience"),
                            ("OWN", "in-company certificate"),
                        ],
                        max_length=10,
                    ),
                ),
                ("provider", models.CharField(blank=True, max_length=80, verbose_name="provider")),
                ("level", models.PositiveSmallIntegerField(default=1, verbose_name="level (0-5)")),
                ("started_on", models.DateField(verbose_name="started on")),
                (
                    "completed_on",
                    models.DateField(blank=True, null=True, verbose_name="finished on"),
                ),
                (
                    "certificate_seen_on",
                    models.DateField(blank=True, null=True, verbose_name="certificate seen on"),
                ),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valid until")),
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
                        condition=models.Q(("level__lte", 5)), name="training_level_0_to_5"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("completed_on", None),
                            ("completed_on__gte", models.F("started_on")),
                            _connector="OR",
                        ),
                        name="training_completed_after_start",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="VogEvidence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("issue_date", models.DateField(verbose_name="date on the VOG")),
                ("seen_on", models.DateField(verbose_name="seen on")),
                (
                    "authenticity_checked",
                    models.BooleanField(default=False, verbose_name="authenticity marks checked"),
                ),
                (
                    "profile_kind",
                    models.CharField(
                        choices=[("ASPECT", "function aspect"), ("PROFILE", "specific profile")],
                        max_length=8,
                        verbose_name="kind of profile",
                    ),
                ),
                (
                    "profile_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
                (
                    "function_label",
                    models.CharField(blank=True, max_length=80, verbose_name="function on the VOG"),
                ),
                (
                    "organisation_label",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="organisation on the VOG"
                    ),
                ),
                ("policy_valid_until", models.DateField(verbose_name="valid until, by policy")),
                ("replaced_on", models.DateField(blank=True, null=True)),
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
                    "seen_by",
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
                        condition=models.Q(("replaced_on", None)),
                        fields=("region", "expert"),
                        name="vog_one_current_per_expert",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("seen_on__gte", models.F("issue_date"))),
                        name="vog_seen_not_before_issue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("policy_valid_until__gt", models.F("issue_date"))),
                        name="vog_valid_after_issue",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="WeekAvailability",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("starts", models.PositiveSmallIntegerField()),
                ("ends", models.PositiveSmallIntegerField()),
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
                        condition=models.Q(("weekday__lte", 6)), name="week_weekday_0_to_6"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts__lt", 1440)), name="week_starts_within_day"
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
                        name="week_ends_after_start_within_24_hours",
                    ),
                    models.UniqueConstraint(
                        fields=("region", "expert", "weekday", "starts"), name="week_row_once"
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="block",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pool_blockevent" ("expert_id", "kind", "occupied", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "region_id", "source", "state") VALUES (NEW."expert_id", NEW."kind", NEW."occupied", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."region_id", NEW."source", NEW."state"); RETURN NULL;',
                    hash="528255c1ce6f3c535bae80fe5577dffe4daebaf6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ea5e8",
                    table="pool_block",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="block",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."expert_id" IS DISTINCT FROM (NEW."expert_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."occupied" IS DISTINCT FROM (NEW."occupied") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "pool_blockevent" ("expert_id", "kind", "occupied", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "region_id", "source", "state") VALUES (NEW."expert_id", NEW."kind", NEW."occupied", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."region_id", NEW."source", NEW."state"); RETURN NULL;',
                    hash="6ec6b3d4bfd74474730f59f780f5f1db7d5f585f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_43fc2",
                    table="pool_block",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="block",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "pool_blockevent" ("expert_id", "kind", "occupied", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "region_id", "source", "state") VALUES (OLD."expert_id", OLD."kind", OLD."occupied", OLD."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."region_id", OLD."source", OLD."state"); RETURN NULL;',
                    hash="16780c0d92338ab400b39862da4e4c5cd53a16a5",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d75c0",
                    table="pool_block",
                    when="AFTER",
                ),
            ),
        ),
    ]
