"""Who had which support, what is due when, and for whom a coordinator made an exception."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from core.access.scope import current_region
from pool.models import Debrief, Expert, SupportContact, SupportOverride, SupportRhythm
from pool.queries.terms import terms
from pool.rules import Due, Rhythm, due_on, standing
from pool.states import TAKES_PART, DebriefState
from pool.vocabulary import Overridden, RhythmUnit, Vocabulary

MANY_EXPERTS = 200
# Somebody `e` is late with something on day `on`, and nobody made an exception. As
# `pool.rules.due_on`, in the words of the database; a test compares the two. A contact that is
# planned counts as long as its day has not passed on `today`.
OWES_SUPPORT = f"""
EXISTS (
  SELECT FROM pool_supportrhythm r
  WHERE r.region_id = %(region)s AND r.every IS NOT NULL
    AND r.valid_from <= %(on)s AND (r.valid_to IS NULL OR r.valid_to > %(on)s)
    AND (greatest(r.valid_from, coalesce(e.started_on, %(on)s::date), (
      SELECT max(x.held_on) FROM pool_supportcontact x
      WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.kind = r.kind
        AND x.held_on <= %(on)s
        AND (x.attended OR (x.attended IS NULL AND x.held_on >= %(today)s))
    )) + CASE r.unit WHEN '{RhythmUnit.WEEKS.value}' THEN make_interval(weeks => r.every)
         ELSE make_interval(months => r.every) END)::date < %(on)s
  OFFSET 0
) AND NOT EXISTS (
  SELECT FROM pool_supportoverride x
  WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.ended_at IS NULL
    AND x.what = 'SUPPORT' AND x.from_on <= %(on)s AND x.until_on >= %(on)s OFFSET 0
)
"""  # noqa: S608  (our own words)


def who_owes_support(
    expert_ids: Collection[UUID] | None, *, on: date, today: date | None = None
) -> set[UUID]:
    """Those who may not be asked for new work on day `on`, seen from `today`; None is everybody."""
    values: dict[str, Any] = {
        "region": current_region(),
        "on": on,
        "today": today or on,
        "ids": None if expert_ids is None else list(expert_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id FROM pool_expert e"  # noqa: S608  (our own words)
            " WHERE e.region_id = %(region)s"
            " AND (%(ids)s::uuid[] IS NULL OR e.id = ANY (%(ids)s::uuid[]))"
            f" AND {OWES_SUPPORT}",
            values,
        )
        return {expert_id for (expert_id,) in cursor.fetchall()}


def rhythms(*, on: date) -> list[Rhythm]:
    """What the region asks on day `on`, in the order of its words."""
    found = [
        Rhythm(row.kind, row.every, row.unit, row.valid_from)
        for row in _in_force(on)
        if row.every is not None
    ]
    order = list(terms())
    return sorted(found, key=lambda one: order.index(one.kind))


def _in_force(on: date) -> QuerySet[SupportRhythm]:
    return SupportRhythm.objects.filter(valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )


@dataclass(frozen=True)
class KindOfSupport:
    """One kind of support on the page of the region: what is asked now, and what will be."""

    code: str
    label: str
    now: SupportRhythm | None
    coming: SupportRhythm | None


def kinds_of_support(*, on: date) -> list[KindOfSupport]:
    """Every kind that may be chosen, with how often it is asked."""
    now = {row.kind: row for row in _in_force(on)}
    coming = {
        row.kind: row
        for row in SupportRhythm.objects.filter(valid_from__gt=on).order_by("-valid_from")
    }
    return [
        KindOfSupport(one.code, one.label, now.get(one.code), coming.get(one.code))
        for one in terms().values()
        if one.vocabulary == Vocabulary.SUPPORT and one.retired_at is None
    ]


@dataclass(frozen=True)
class Moment:
    """One kind of support of one person: the last time, what is planned, and before when.

    Attributes:
        planned: the next day that is planned, or None.
        due: the last day on which nobody is late; counts what is planned.
    """

    kind: str
    last: date | None
    planned: date | None
    due: date
    how: Due


@dataclass(frozen=True)
class Supported:
    """One person, and how it stands with all that the region asks."""

    expert: Expert
    moments: tuple[Moment, ...]
    override: SupportOverride | None

    @property
    def worst(self) -> Moment | None:
        """What needs a human first."""
        pressing = [one for one in self.moments if one.how != Due.FINE]
        return min(pressing, key=lambda one: one.due, default=None)

    @property
    def is_late(self) -> bool:
        """Late with something, whatever a coordinator allowed."""
        return any(one.how == Due.OVERDUE for one in self.moments)


def support_of(experts: Iterable[Expert], *, today: date) -> list[Supported]:
    """How these people stand with all support that is asked, in four queries."""
    people = list(experts)
    asked = rhythms(on=today)
    last, planned = _contacts([one.pk for one in people], today)
    running = SupportOverride.objects.filter(
        what=Overridden.SUPPORT, ended_at=None, until_on__gte=today
    )
    overrides = {row.expert_id: row for row in _of(running, [one.pk for one in people])}
    return [
        Supported(
            expert,
            tuple(_moment(one, expert, last, planned, today) for one in asked),
            overrides.get(expert.pk),
        )
        for expert in people
    ]


def _of(rows: QuerySet[Any], ids: Collection[UUID]) -> QuerySet[Any]:
    """The rows of these experts; of many, all: to name a thousand costs more than to read more."""
    return rows if len(ids) > MANY_EXPERTS else rows.filter(expert_id__in=ids)


Days = dict[tuple[UUID, str], date]


def _contacts(ids: Collection[UUID], today: date) -> tuple[Days, Days]:
    """(the last time somebody was there, the next time that is planned)."""
    last: Days = {}
    planned: Days = {}
    rows = _of(SupportContact.objects.exclude(attended=False), ids)
    for expert, kind, day, attended in rows.order_by("held_on").values_list(
        "expert_id", "kind", "held_on", "attended"
    ):
        if attended:
            last[expert, kind] = day
        elif day >= today:
            planned.setdefault((expert, kind), day)
    return last, planned


def _moment(rhythm: Rhythm, expert: Expert, last: Days, planned: Days, today: date) -> Moment:
    key = (expert.pk, rhythm.kind)
    due = due_on(rhythm, last=last.get(key), started_on=expert.started_on or today)
    return Moment(rhythm.kind, last.get(key), planned.get(key), due, standing(due, on=today))


def who_needs_support(experts: Iterable[Expert], *, today: date) -> list[Supported]:
    """Those of these people who are late or nearly, most urgent first. Only who takes part."""
    active = [one for one in experts if one.state in TAKES_PART]
    pressing = [(one, one.worst) for one in support_of(active, today=today)]
    found = [(worst.due, one.expert.pk, one) for one, worst in pressing if worst is not None]
    return [one for _due, _pk, one in sorted(found, key=lambda row: row[:2])]


def contacts_of(expert: Expert) -> list[SupportContact]:
    """All support of one person, newest first."""
    return list(SupportContact.objects.filter(expert=expert).order_by("-held_on", "kind"))


@dataclass(frozen=True)
class Evening:
    """One moment for many: how many were there, and how many are expected."""

    kind: str
    held_on: date
    n_there: int
    n_expected: int


RECENT = timedelta(days=42)
MANY = 2


def evenings(*, today: date) -> list[Evening]:
    """Moments with more than one person, of the last six weeks and to come; soonest first."""
    rows = (
        SupportContact.objects.filter(held_on__gte=today - RECENT)
        .values("kind", "held_on")
        .annotate(
            n=Count("pk"),
            n_there=Count("pk", filter=Q(attended=True)),
            n_expected=Count("pk", filter=Q(attended=None)),
        )
        .filter(n__gte=MANY)
        .order_by("-held_on", "kind")
    )
    return [Evening(one["kind"], one["held_on"], one["n_there"], one["n_expected"]) for one in rows]


def evening(*, kind: str, held_on: date) -> dict[UUID, bool | None]:
    """What was written down of one moment: expert -> was there, was not, is expected."""
    return dict(
        SupportContact.objects.filter(kind=kind, held_on=held_on).values_list(
            "expert_id", "attended"
        )
    )


def debriefs_of(expert: Expert) -> list[Debrief]:
    """Talks that were offered and wait for an answer."""
    open_ones = [DebriefState.OFFERED, DebriefState.SILENT]
    return list(Debrief.objects.filter(expert=expert, state__in=open_ones).order_by("offered_at"))


def rest_override_of(expert: Expert, *, request_id: UUID, now: datetime) -> SupportOverride | None:
    """The exception to the rest of one expert that runs for one request, if any."""
    rows = SupportOverride.objects.filter(
        expert=expert,
        what=Overridden.REST,
        request_id=request_id,
        ended_at=None,
        until_at__gt=now,
    )
    found: SupportOverride | None = rows.select_related("given_by").first()
    return found


def rest_overrides(*, request_id: UUID, now: datetime) -> dict[UUID, datetime]:
    """Who may be asked for one request although they rest, and for contact before when."""
    rows = SupportOverride.objects.filter(
        what=Overridden.REST, request_id=request_id, ended_at=None, until_at__gt=now
    )
    return {one.expert_id: one.until_at for one in rows if one.until_at is not None}
