"""The way to a VOG: applications, attempts, bridges, and asking again."""

import core.crypto.fields
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
        ("core", "__first__"),
        ("pool", "0008_consent_fences"),
    ]

    operations = [
        migrations.AddField(
            model_name="vogevidence",
            name="recheck_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="vogevidence",
            name="recheck_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="vogevidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("recheck_at", None), ("recheck_by", None)),
                    models.Q(("recheck_at__isnull", False), ("recheck_by__isnull", False)),
                    _connector="OR",
                ),
                name="vog_recheck_at_with_by",
            ),
        ),
        migrations.CreateModel(
            name="VogApplication",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("box", core.crypto.fields.SealedJSON(editable=True, limit=1200)),
                ("changed_at", models.DateTimeField()),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "expert"), name="vog_application_one_per_expert"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "keep_until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("changed_at"),
                                    "+",
                                    models.Value(datetime.timedelta(days=183)),
                                ),
                            )
                        ),
                        name="vog_application_kept_six_months_at_most",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="VogAttempt",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("from_on", models.DateField(verbose_name="a new attempt makes sense from")),
                ("written_at", models.DateTimeField()),
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
                    "written_by",
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
                        fields=("region", "expert"), name="vog_attempt_one_per_expert"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="VogBridge",
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
                            ("ASKED_IN_TIME", "asked for in time, the answer takes longer"),
                            ("ALMOST_DONE", "this contact ends within these weeks"),
                            ("NO_OTHER", "nobody else can take it over now"),
                        ],
                        max_length=16,
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(verbose_name="until")),
                ("asked_at", models.DateTimeField()),
                ("granted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
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
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
                (
                    "vog",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.vogevidence",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="vog_bridge_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ends_on__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_on"),
                                    "+",
                                    models.Value(datetime.timedelta(days=56)),
                                ),
                            )
                        ),
                        name="vog_bridge_eight_weeks_at_most",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("granted_at", None), ("granted_by", None)),
                            models.Q(("granted_at__isnull", False), ("granted_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="vog_bridge_granted_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("granted_by", None),
                            models.Q(("granted_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="vog_bridge_two_different_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("granted_at__isnull", False)),
                        fields=("region", "vog"),
                        name="vog_bridge_one_per_vog",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="VogBridgeWork",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                        default="POLICY",
                        editable=False,
                        max_length=8,
                    ),
                ),
                (
                    "bridge",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.vogbridge",
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
                    "requirement",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pool.requirement",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "bridge", "requirement"), name="vog_bridge_work_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level", "POLICY")), name="vog_bridge_never_for_the_law"
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
    ]
