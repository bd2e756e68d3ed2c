"""The stage of the scenarios of domain.md 12: one region, its people, exact times.

Every regional setting that a scenario relies on is set here or at its top; nothing is left
to defaults that may move.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import time_machine
from django.db import transaction
from django.test import override_settings

from core import clock
from core.access.models import Membership
from core.access.scope import region_scope
from core.outbox import run_due
from core.outbox.models import Message
from insight.simulation.cast import ALWAYS, Person, Place, RegionCast, Staff
from insight.simulation.regions import Stage, build_region, lay_out_areas
from matching.models import PolicyVersion
from pool.models import RegionProfile, SupportRhythm

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

CAST = RegionCast(
    code="VT77",
    name="Waterstreek",
    host="Pool Waterstreek",
    organisations={
        "Pool Waterstreek": ("POOL_HOST", "088 000 45 67"),
        "Veilig Thuis Waterstreek": ("VEILIG_THUIS", "088 000 11 00"),
    },
    coordinators=(
        Staff("Hanneke Vossen", "06 0000 0101"),
        Staff("Jorrit Bakkeren", "06 0000 0102"),
    ),
    professionals=(Staff("Tineke Wijnands", "06 0000 0201", "Veilig Thuis Waterstreek"),),
    experts=(
        Person("Adam", "Aalbers", "1091", week=ALWAYS, can_meet=("PARENT",), max_running=3),
        Person("Bas", "Bolderman", "1055", week=ALWAYS, can_meet=("PARENT",), max_running=3),
        Person("Cor", "Castelein", "1191", week=ALWAYS, can_meet=("PARENT",), max_running=3),
    ),
    places=(Place("Wijkcentrum Oosterpoort", "Ringdijk 810, spreekkamer 4", "1112"),),
)


def on_the_wall(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant, said as a Dutch clock shows it."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM).astimezone(UTC)


def keep_roles() -> None:
    """Let nobody's role stop: the present may lie after the yearly date of a story."""
    Membership.objects.update(confirm_by=None)


# In one piece: a worker that runs beside it would let roles lapse half-way.
@transaction.atomic
def set_the_stage(*, now: datetime, cast: RegionCast = CAST) -> Stage:
    """The region of the scenarios, with every number that they rely on."""
    lay_out_areas()
    stage = build_region(cast, now=now, dice=random.Random(7))  # noqa: S311
    with region_scope(stage.region.pk):
        keep_roles()
        # Nobody is late for a talk or an evening: these stories are about other things.
        SupportRhythm.objects.all().delete()
    return stage


def agree(**policy: object) -> PolicyVersion:
    """The numbers of S1: offers by a coordinator, two hours to answer, 24 h and 2 h reminders."""
    RegionProfile.objects.update(
        quiet_from=time(22, 0), quiet_until=time(7, 0), day_base=0, min_distance_km=2
    )
    agreed = {
        "release_urgent": "COORDINATOR",
        "release_normal": "COORDINATOR",
        "wave_size": 1,
        "answer_urgent": 120,
        "answer_normal": 1440,
        "call_back": 120,
        "climb_after": 60,
        "climb_every": 15,
        "undo": 15,
        "first_contact": 24 * 60,
        "first_meeting": 72 * 60,
        "default_days": 10,
        "max_days": 28,
        "gate_days": 14,
        "reminders": [1440, 120],
    }
    return PolicyVersion.objects.create(
        number=2, made_at=on_the_wall(2026, 1, 1, 9), **(agreed | policy)
    )


def deliver(*, now: datetime) -> list[tuple[str, str]]:
    """Do everything that is due at `now`; returns (template, recipient's name) of what left."""
    before = set(Message.objects.filter(state="SENT").values_list("pk", flat=True))
    # Handlers read the clock at the moment they run, as a worker does.
    with time_machine.travel(now), override_settings(CLOCK_OFFSET_FILE=None):
        while run_due(now=clock.now()):
            pass
    left = Message.objects.filter(state="SENT").exclude(pk__in=before)
    return sorted(
        (message.template, message.recipient.name if message.recipient else "")
        for message in left.select_related("recipient")
    )


def day(instant: datetime) -> date:
    return instant.astimezone(AMSTERDAM).date()
