"""Tables of scheduling, with their constraints and indexes."""

import django.db.models.deletion
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
        ("matching", "0001_initial"),
        ("pool", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
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
                            ("FIRST_MEETING", "first meeting"),
                            ("MEETING", "meeting"),
                            ("PHONE", "phone call"),
                        ],
                        default="FIRST_MEETING",
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PLANNED", "planned"),
                            ("TO_CONFIRM", "confirm first: something changed"),
                            ("HELD", "was held"),
                            ("MISSED", "was missed"),
                            ("CANCELLED", "cancelled"),
                        ],
                        default="PLANNED",
                        max_length=12,
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("version", models.PositiveIntegerField(default=1)),
                ("ics_uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("ics_sequence", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                ("planned_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.meetingplace",
                    ),
                ),
                (
                    "planned_by",
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
                "indexes": [models.Index(fields=["starts_at"], name="session_when")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="session_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["PLANNED", "TO_CONFIRM", "HELD", "MISSED", "CANCELLED"])
                        ),
                        name="session_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_by", None), ("cancelled_at__isnull", False), _connector="OR"
                        ),
                        name="session_cancelled_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "CANCELLED"), ("cancelled_at", None), _connector="XOR"
                        ),
                        name="session_cancelled_at_iff_cancelled",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "e-mail"), ("SMS", "text message")], max_length=8
                    ),
                ),
                ("minutes_before", models.PositiveIntegerField()),
                ("version", models.PositiveIntegerField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "waiting"),
                            ("POSTED", "on its way"),
                            ("SKIPPED", "not needed any more"),
                        ],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="scheduling.session",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "region",
                            "session",
                            "user",
                            "channel",
                            "minutes_before",
                            "version",
                        ),
                        name="reminder_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "WAITING"), ("ended_at__isnull", False), _connector="XOR"
                        ),
                        name="reminder_ended_at_iff_not_waiting",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
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
                    "region",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.region",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="scheduling.session",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unbound",
                "default_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "session", "case"), name="place_once_per_session"
                    )
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SessionEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PLANNED", "planned"),
                            ("TO_CONFIRM", "confirm first: something changed"),
                            ("HELD", "was held"),
                            ("MISSED", "was missed"),
                            ("CANCELLED", "cancelled"),
                        ],
                        default="PLANNED",
                        max_length=12,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("FIRST_MEETING", "first meeting"),
                            ("MEETING", "meeting"),
                            ("PHONE", "phone call"),
                        ],
                        default="FIRST_MEETING",
                        max_length=16,
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("version", models.PositiveIntegerField(default=1)),
                ("ics_sequence", models.PositiveIntegerField(default=0)),
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SessionRole",
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
                            ("EXPERT", "expert by experience"),
                            ("PROFESSIONAL", "professional"),
                        ],
                        max_length=12,
                    ),
                ),
                ("checked_in_at", models.DateTimeField(blank=True, null=True)),
                ("checked_out_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matching.assignment",
                    ),
                ),
                (
                    "block",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pool.block",
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
                    "session",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="scheduling.session",
                    ),
                ),
                (
                    "user",
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("assignment__isnull", False), ("kind", "EXPERT")),
                            models.Q(
                                ("assignment", None),
                                ("kind", "PROFESSIONAL"),
                                ("user__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="session_role_is_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_out_at", None),
                            models.Q(
                                ("checked_in_at__isnull", False),
                                ("checked_out_at__gte", models.F("checked_in_at")),
                            ),
                            _connector="OR",
                        ),
                        name="session_role_out_after_in",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("assignment__isnull", False)),
                        fields=("region", "session", "assignment"),
                        name="session_role_assignment_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("user__isnull", False)),
                        fields=("region", "session", "user"),
                        name="session_role_user_once",
                    ),
                ],
            },
            managers=[
                ("objects", django.db.models.manager.Manager()),
                ("unbound", django.db.models.manager.Manager()),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="session",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "scheduling_sessionevent" ("ends_at", "ics_sequence", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "region_id", "starts_at", "state", "version") VALUES (NEW."ends_at", NEW."ics_sequence", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."region_id", NEW."starts_at", NEW."state", NEW."version"); RETURN NULL;',
                    hash="d47917c54700b1ac91c9d36d82636aa8bd010411",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d2ba6",
                    table="scheduling_session",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="session",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") OR OLD."ics_sequence" IS DISTINCT FROM (NEW."ics_sequence") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."region_id" IS DISTINCT FROM (NEW."region_id") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."version" IS DISTINCT FROM (NEW."version"))',
                    func='INSERT INTO "scheduling_sessionevent" ("ends_at", "ics_sequence", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "region_id", "starts_at", "state", "version") VALUES (NEW."ends_at", NEW."ics_sequence", NEW."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."region_id", NEW."starts_at", NEW."state", NEW."version"); RETURN NULL;',
                    hash="8fa2b674cf2eccb27bd2ea3173025ee16481079b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2f1db",
                    table="scheduling_session",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="session",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "scheduling_sessionevent" ("ends_at", "ics_sequence", "kind", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "region_id", "starts_at", "state", "version") VALUES (OLD."ends_at", OLD."ics_sequence", OLD."kind", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."region_id", OLD."starts_at", OLD."state", OLD."version"); RETURN NULL;',
                    hash="e40369ad993e889c63041f7cfba0ec37446acfe6",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b4b91",
                    table="scheduling_session",
                    when="AFTER",
                ),
            ),
        ),
    ]
