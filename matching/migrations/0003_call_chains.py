"""Call chains: who was called about what cannot wait, and how long the first may take."""

import uuid

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


def key(to: str, *, inside: bool = False, **more: object) -> models.ForeignKey:
    """A key to `to`; one inside the region has its constraint beside it."""
    cascade = django.db.models.deletion.CASCADE if inside else django.db.models.deletion.PROTECT
    return models.ForeignKey(
        on_delete=cascade,
        related_name="+",
        to=to,
        **({"db_constraint": False} if inside else {}),
        **more,
    )


def identity() -> models.UUIDField:
    return models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


OPTIONS = {
    "abstract": False,
    "base_manager_name": "unbound",
    "default_manager_name": "objects",
}
MANAGERS = [
    ("objects", django.db.models.manager.Manager()),
    ("unbound", django.db.models.manager.Manager()),
]


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0002_fences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="policyversion",
            name="climb_after",
            field=models.PositiveIntegerField(
                default=60, verbose_name="second is called after (min)"
            ),
        ),
        migrations.AddField(
            model_name="policyversion",
            name="climb_every",
            field=models.PositiveIntegerField(default=15, verbose_name="and the next every (min)"),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=Q(climb_after__gte=1, climb_every__gte=1), name="policy_climbs"
            ),
        ),
        migrations.CreateModel(
            name="CallChain",
            fields=[
                ("id", identity()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("CLIMBING", "somebody is being called"),
                            ("ANSWERED", "somebody has it"),
                            ("ENDED", "over"),
                        ],
                        default="CLIMBING",
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("calm_until", models.DateTimeField()),
                ("every", models.PositiveSmallIntegerField()),
                ("next_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("answered_by", key(settings.AUTH_USER_MODEL, null=True)),
                ("region", key("core.region", editable=False)),
                ("task", key("matching.task", inside=True)),
            ],
            options={
                **OPTIONS,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "task"), name="call_chain_one_per_task"
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["CLIMBING", "ANSWERED", "ENDED"]),
                        name="call_chain_state_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(answered_at=None, answered_by=None)
                        | Q(answered_at__isnull=False, answered_by__isnull=False),
                        name="call_chain_answered_at_with_by",
                    ),
                    models.CheckConstraint(
                        condition=~Q(state="ANSWERED") | Q(answered_at__isnull=False),
                        name="call_chain_answered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="ENDED") ^ Q(ended_at=None),
                        name="call_chain_ended_at_iff_ended",
                    ),
                    models.CheckConstraint(
                        condition=Q(state="ENDED") ^ Q(next_at__isnull=False),
                        name="call_chain_never_silent",
                    ),
                ],
            },
            managers=MANAGERS,
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", identity()),
                ("step", models.PositiveSmallIntegerField()),
                ("called_at", models.DateTimeField()),
                ("passed_at", models.DateTimeField(null=True)),
                ("chain", key("matching.callchain", inside=True)),
                ("region", key("core.region", editable=False)),
                ("user", key(settings.AUTH_USER_MODEL)),
            ],
            options={
                **OPTIONS,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "chain", "step", "user"), name="call_once_per_step"
                    ),
                ],
            },
            managers=MANAGERS,
        ),
    ]
