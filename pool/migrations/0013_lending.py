"""What regions ask each other, and whom they lend."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_deliveries"),
        ("pool", "0012_day_fences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="block", name="grant_id", field=models.UUIDField(blank=True, null=True)
        ),
        migrations.CreateModel(
            name="LendingAsk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "activities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        size=None,
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until and with")),
                (
                    "max_km",
                    models.PositiveSmallIntegerField(
                        verbose_name="at most so far from the own region (km)"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "waits for an answer"),
                            ("ANSWERED", "somebody was found"),
                            ("DECLINED", "not possible now"),
                            ("WITHDRAWN", "taken back"),
                        ],
                        default="OPEN",
                        max_length=9,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lender_region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
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
                        condition=models.Q(("lender_region", models.F("region")), _negated=True),
                        name="lending_ask_to_another_region",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="lending_ask_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None), ("state", "OPEN")),
                            models.Q(
                                models.Q(("state", "OPEN"), _negated=True),
                                ("closed_at__isnull", False),
                                ("closed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="lending_ask_closed_at_with_by",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="LendingGrant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "activities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        size=None,
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until and with")),
                ("max_km", models.PositiveSmallIntegerField(verbose_name="travels at most (km)")),
                (
                    "own_km",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="travels at most (km)"
                    ),
                ),
                (
                    "most_running",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="buddy work at the same time"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "waits for a second person"),
                            ("GRANTED", "waits for the expert"),
                            ("RUNNING", "runs"),
                            ("ENDED", "over"),
                        ],
                        default="PROPOSED",
                        max_length=8,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("granted_at", models.DateTimeField(blank=True, null=True)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "end_side",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("HOME", "the own region"),
                            ("BORROWER", "the other region"),
                            ("EXPERT", "the expert"),
                            ("DATE", "the agreed day"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "ask",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="pool.lendingask",
                    ),
                ),
                (
                    "borrower_region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
                (
                    "ended_by",
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
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.expert",
                    ),
                ),
                (
                    "granted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
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
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("agreed_at__isnull", False)),
                        fields=["borrower_region"],
                        name="lending_to_region",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("borrower_region", models.F("region")), _negated=True),
                        name="lending_to_another_region",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="lending_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("granted_at", None), ("granted_by", None)),
                            models.Q(
                                ("granted_at__isnull", False),
                                ("granted_by__isnull", False),
                                models.Q(("granted_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="lending_granted_at_with_another_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed_at", None), ("state__in", ["PROPOSED", "GRANTED"])),
                            ("state", "ENDED"),
                            models.Q(
                                ("agreed_at__isnull", False),
                                ("granted_at__isnull", False),
                                ("own_km__isnull", False),
                                ("state", "RUNNING"),
                            ),
                            _connector="OR",
                        ),
                        name="lending_runs_with_consent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("agreed_at", None),
                            models.Q(("granted_at__isnull", False), ("own_km__isnull", False)),
                            _connector="OR",
                        ),
                        name="lending_agreed_after_granted",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "ENDED"),
                            models.Q(("end_side", ""), ("ended_at", None), ("ended_by", None)),
                            _connector="XOR",
                        ),
                        name="lending_ended_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_by__isnull", False),
                            ("end_side", "DATE"),
                            _connector="OR",
                        ),
                        name="lending_ended_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ENDED"), _negated=True),
                        fields=("region", "expert", "borrower_region"),
                        name="lending_one_per_expert_and_region",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
    ]
