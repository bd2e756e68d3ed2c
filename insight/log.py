"""The log as the auditor reads it: who looked at what and why, without what was there to see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from core.access.models import Membership, Role
from core.access.scope import current_region
from core.audit.models import AuditEntry, Denial
from core.clock import AMSTERDAM
from matching.models import Assignment, Request
from pool.models import LendingGrant

MOST = 200
NUMBER = re.compile(r"\d{2}-\d{3,}")
# On the wall clock: from ten in the evening until six.
NIGHT_FROM, NIGHT_UNTIL = 22, 6


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty parts look everywhere.

    Attributes:
        about: key of an expert or a case, or number of a request.
        until: this day included.
    """

    about: str = ""
    user: UUID | None = None
    first: date | None = None
    until: date | None = None

    @property
    def parts(self) -> str:
        """Which parts were used, as codes: what was typed stays out of the log."""
        used = {
            "about": self.about,
            "user": self.user,
            "period": self.first or self.until,
        }
        return ",".join(name for name, value in used.items() if value)


@dataclass(frozen=True)
class Line:
    """One line of the log, with names of colleagues and numbers of requests in place of keys.

    Attributes:
        lent_from: the region that lends the one who was looked at, or who looked; empty where
            nobody was lent, or where the agreement is not kept any more.
    """

    entry: AuditEntry
    who: str
    about: str
    request: str
    lent_from: str


@dataclass(frozen=True)
class Found:
    """What a search found."""

    lines: list[Line]
    denials: list[tuple[Denial, str]]
    has_more: bool
    is_known: bool


def search(wanted: Wanted) -> Found:
    """Lines that match, newest first, in a constant number of queries."""
    keys, requests = _keys(wanted.about)
    if wanted.about and not keys:
        return Found([], [], has_more=False, is_known=False)
    rows = AuditEntry.objects.filter(_between(wanted))
    denials = Denial.objects.filter(_between(wanted))
    if keys:
        among = Q(subject__in=keys) | Q(subjects__overlap=keys)
        rows = rows.filter(among | Q(purpose__in=requests) if requests else among)
    if wanted.user:
        rows, denials = rows.filter(actor=wanted.user), denials.filter(actor=wanted.user)
    found = list(rows.order_by("-at", "-pk")[: MOST + 1])
    refused = [] if keys else list(denials.order_by("-at", "pk")[:MOST])
    names = names_of(
        {one.actor for one in found if one.actor} | {one.actor for one in refused if one.actor}
    )
    numbers = _numbers({one.purpose for one in found if one.purpose})
    lenders = _lenders({one.lent_by for one in found if one.lent_by})
    return Found(
        lines=[
            Line(
                entry=one,
                who=names.get(one.actor, "") if one.actor else "",
                about=_about(one, keys),
                request=numbers.get(one.purpose, "") if one.purpose else "",
                lent_from=lenders.get(one.lent_by, "") if one.lent_by else "",
            )
            for one in found[:MOST]
        ],
        denials=[(one, names.get(one.actor, "") if one.actor else "") for one in refused],
        has_more=len(found) > MOST,
        is_known=True,
    )


def _keys(about: str) -> tuple[list[UUID], list[UUID]]:
    """The data subjects and requests behind what was typed."""
    typed = about.strip()
    if NUMBER.fullmatch(typed):
        pairs = Request.objects.filter(number=typed).values_list("case_id", "pk")
        return [case for case, _pk in pairs], [pk for _case, pk in pairs]
    try:
        return [UUID(typed)], []
    except ValueError:
        return [], []


def _between(wanted: Wanted) -> Q:
    """The days of the search, on the wall clock."""
    q = Q()
    if wanted.first:
        q &= Q(at__gte=_midnight(wanted.first))
    if wanted.until:
        q &= Q(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return q


def _midnight(day: date, zone: ZoneInfo = AMSTERDAM) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _about(entry: AuditEntry, keys: list[UUID]) -> str:
    if entry.subject is not None:
        return str(entry.subject)
    among = [one for one in entry.subjects or [] if one in keys]
    return str(among[0]) if among else ""


def names_of(users: Iterable[UUID]) -> dict[UUID, str]:
    """Names of colleagues; an expert has none here."""
    rows = Membership.objects.filter(user__in=set(users)).exclude(role=Role.EXPERT)
    return dict(rows.exclude(user__name="").values_list("user_id", "user__name"))


def _numbers(purposes: set[UUID]) -> dict[UUID, str]:
    """The number of the request behind each purpose: a request, or an assignment of one."""
    found = dict(Request.objects.filter(pk__in=purposes).values_list("pk", "number"))
    held = Assignment.objects.filter(pk__in=purposes - found.keys())
    return found | dict(held.values_list("pk", "seat__request__number"))


def _lenders(grants: set[UUID]) -> dict[UUID, str]:
    """The name of the region behind each agreement to lend."""
    rows = LendingGrant.to_us.filter(pk__in=grants)
    return dict(rows.values_list("pk", "region__name"))


def colleagues() -> list[tuple[UUID, str]]:
    """Who can be chosen in the search: everybody with a role who is no expert."""
    rows = Membership.objects.exclude(role=Role.EXPERT).select_related("user")
    found = {one.user_id: one.user.name or one.user.email for one in rows}
    return sorted(found.items(), key=lambda one: one[1].casefold())


# --- A month ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """What one person did in a month; the counts are of lines, a list is one."""

    user: UUID
    name: str
    roles: str
    reads: int
    without: int
    night: int
    searches: int
    exports: int


MONTH = """
SELECT actor, max(actor_role),
  count(*) FILTER (WHERE is_read),
  count(*) FILTER (WHERE is_read AND purpose IS NULL AND reason = ''),
  count(*) FILTER (WHERE is_read AND (hour >= %(from)s OR hour < %(until)s)),
  count(*) FILTER (WHERE event = 'log.searched' OR facts ? 'filters' AND facts->>'filters' <> ''),
  count(*) FILTER (WHERE event LIKE 'export.%%')
FROM (
  SELECT *, event LIKE '%%.read' OR event LIKE '%%.listed' AS is_read,
    extract(hour FROM at AT TIME ZONE 'Europe/Amsterdam') AS hour
  FROM core_auditentry
  WHERE region_id = %(region)s AND actor IS NOT NULL AND at >= %(start)s AND at < %(end)s
) line
GROUP BY actor
"""


def month(first: date) -> list[Reader]:
    """Who read what in the month that begins on `first`; most without a request on top."""
    following = (first + timedelta(days=32)).replace(day=1)
    values: dict[str, Any] = {
        "region": current_region(),
        "start": _midnight(first),
        "end": _midnight(following),
        "from": NIGHT_FROM,
        "until": NIGHT_UNTIL,
    }
    with connection.cursor() as cursor:
        cursor.execute(MONTH, values)
        rows = cursor.fetchall()
    names = names_of(row[0] for row in rows)
    found = [Reader(row[0], names.get(row[0], ""), *row[1:]) for row in rows]
    return sorted(found, key=lambda one: (-one.without, -one.night, -one.reads, str(one.user)))
