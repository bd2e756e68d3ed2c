"""Who may fit a wish, asked of the database: it drops only those against whom something speaks.

Every condition is an objection of `matching.rules`, or weaker. The rules judge whoever comes
through; a test compares both on pools drawn by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import radians
from typing import Any
from uuid import UUID

from django.db import connection

from core.access.scope import current_region
from core.clock import AMSTERDAM, local
from matching.rules import Settings, Wish
from matching.rules.objections import FACE_TO_FACE, HARD_NEEDS, LASTING, REMOTE, TALKS
from pool.geo import EARTH_RADIUS_KM
from pool.queries import OWES_SUPPORT
from pool.queries.hours import LOOK_BACK, monday_of
from pool.rules import (
    DAY_PARTS,
    LEGAL_START_MONTHS,
    MINUTES_A_DAY,
    NEEDED_AGREEMENTS,
    SATURDAY,
    Rule,
)

# In a pool of at most so many, a look keeps of everybody why not: it costs nothing that shows.
SMALL_POOL = 300
# Two ways of reckoning the same distance may differ by less than this.
SLACK_KM = 0.001
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def _has(table: str, condition: str) -> str:
    """Has this expert such a row? OFFSET 0: asked of one after the other, never as a join."""
    return (
        f"EXISTS (SELECT FROM {table} x WHERE x.region_id = %(region)s AND x.expert_id = e.id"
        f" AND {condition} OFFSET 0)"
    )


QUESTION = """
WITH near AS MATERIALIZED (
  SELECT code, 2 * %(earth)s * asin(sqrt(least(1,
    sin((radians(latitude::float8) - %(latitude)s) / 2) ^ 2
    + cos(%(latitude)s) * cos(radians(latitude::float8))
    * sin((radians(longitude::float8) - %(longitude)s) / 2) ^ 2))) AS straight_km
  FROM pool_area
)
SELECT found.id, found.running, pool.n FROM (
  SELECT count(*) AS n FROM (
    SELECT FROM pool_expert e WHERE e.region_id = %(region)s AND e.state <> 'LEFT'
      AND e.hidden_at IS NULL
    LIMIT %(most)s + 1
  ) few
) pool LEFT JOIN (
  SELECT e.id, e.max_running, (
    SELECT count(*) FROM pool_carried x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id
  ) AS running
  FROM (
    SELECT e.* FROM pool_expert e JOIN near ON near.code = e.home_area_id
    WHERE {first} OFFSET 0
  ) e
  WHERE {then} OFFSET 0
) found ON {load}"""
SESSION = "x.state = 'LIVE' AND x.kind = 'SESSION'"
# Where somebody lives and what they do leaves few: all else is asked of those alone.
FIRST = (
    "e.region_id = %(region)s",
    "e.state = 'ACTIVE'",
    "e.hidden_at IS NULL",
    "e.id <> ALL (%(conflicts)s::uuid[])",
    "e.can_meet::text[] @> %(needs)s::text[]",
    (
        "e.id IN (SELECT x.expert_id FROM pool_expertactivity x"
        " WHERE x.region_id = %(region)s AND x.activity = %(activity)s)"
    ),
)
THEN = (
    "NOT " + _has("pool_suspension", "x.lifted_at IS NULL"),
    "NOT " + _has("pool_excludedarea", "x.area_id = %(area)s"),
    "NOT " + _has("pool_excludedorganisation", "x.organisation_id = %(organisation)s"),
    "NOT " + _has("pool_avoided", "x.who_key = ANY (%(asked_by)s)"),
    *(
        _has(
            "pool_agreement",
            f"x.kind = '{kind}' AND x.signed_on <= %(on)s"
            " AND (x.valid_until IS NULL OR x.valid_until >= %(on)s)",
        )
        for kind, _problem in NEEDED_AGREEMENTS
    ),
    _has(
        "pool_training",
        "x.completed_on <= %(on)s AND x.certificate_seen_on IS NOT NULL"
        " AND (x.expires_on IS NULL OR x.expires_on >= %(on)s)",
    ),
    f"NOT ({OWES_SUPPORT})",
    (
        "(NOT "
        + _has("pool_block", f"{SESSION} AND x.ends_at <= %(now)s AND x.ends_at > %(rested)s")
        + " OR "
        + _has(
            "pool_supportoverride",
            "x.what = 'REST' AND x.request_id = %(request)s AND x.ended_at IS NULL"
            " AND x.until_at > %(begins_at)s",
        )
        + ")"
    ),
    (
        "(SELECT count(*) FROM pool_block x WHERE x.region_id = %(region)s"  # noqa: S608  (our own words)
        f" AND x.expert_id = e.id AND {SESSION} AND x.ends_at > %(week_from)s"
        " AND lower(x.period) >= %(week_from)s AND lower(x.period) < %(week_until)s"
        ") < e.max_per_week"
    ),
)
HAS_CONSENT = _has("pool_consent", "x.withdrawn_at IS NULL")
NOT_TOO_FAR = "near.straight_km * %(road)s <= e.travel_radius_km + %(slack)s"
NOT_TOO_NEAR = ("e.home_area_id <> %(area)s", "near.straight_km >= %(least_km)s - %(slack)s")
SPEAKS = _has("pool_expertlanguage", "x.language = %(language)s AND x.level = ANY (%(talks)s)")
VOG = "x.replaced_on IS NULL AND x.policy_valid_until > %(on)s"
VOG_PROFILE = (
    " AND x.profile_kind = split_part(%(profile)s, ':', 1)"
    " AND split_part(%(profile)s, ':', 2) = ANY (x.profile_codes)"
)
VOG_AT_START = (
    " AND x.issue_date >= (coalesce(e.started_on, %(on)s)"
    f" - interval '{LEGAL_START_MONTHS} months')::date"
)
# Days that differ from the week: the judges look at their hours.
DIFFERS_NEAR = _has("pool_daychange", "x.day BETWEEN %(near_from)s AND %(near_to)s")
# A row of the week may pass midnight: then these hours lie in one of the day before.
FREE_AT_HOURS = (
    _has(
        "pool_weekavailability",
        "((x.weekday = %(weekday)s AND x.starts <= %(latest)s AND x.ends > %(earliest)s)"
        f" OR (x.weekday = %(day_before)s AND x.ends > %(earliest)s + {MINUTES_A_DAY}))",
    ),
    "NOT "
    + _has(
        "pool_absence",
        "x.ends_at > %(now)s AND x.starts_at < %(until)s AND x.ends_at > %(begins)s",
    ),
    "NOT "
    + _has(
        "pool_block",
        "x.state = 'LIVE' AND x.ends_at > %(since)s"
        " AND lower(x.occupied) < %(until)s AND upper(x.occupied) > %(begins)s",
    ),
)
NOT_AWAY = "NOT " + _has(
    "pool_absence", "x.ends_at > %(now)s AND x.starts_at <= %(begins)s AND x.ends_at >= %(until)s"
)


@dataclass(frozen=True)
class Sieved:
    """Who came through with how much lasting work each carries, and is the whole pool small."""

    running: dict[UUID, int]
    is_small: bool


def sieve(wish: Wish, rule: Rule, *, settings: Settings, now: datetime) -> Sieved:
    """All who fit, and some who do not; somebody who was asked before may be among them."""
    question = QUESTION.format(
        first=" AND ".join(_first(wish)),
        then=" AND ".join(_then(wish, rule, settings)),
        load="found.running < found.max_running" if wish.activity in LASTING else "true",
    )
    with connection.cursor() as cursor:
        cursor.execute(question, _values(wish, rule, settings, now) | {"most": SMALL_POOL})
        rows = cursor.fetchall()
    running = {expert_id: n for expert_id, n, _pool in rows if expert_id}
    return Sieved(running, is_small=rows[0][2] <= SMALL_POOL)


def _first(wish: Wish) -> Iterator[str]:
    yield from FIRST
    if wish.activity not in REMOTE:
        yield NOT_TOO_FAR
    if wish.activity in FACE_TO_FACE:
        yield from NOT_TOO_NEAR


def _then(wish: Wish, rule: Rule, settings: Settings) -> Iterator[str]:
    yield from THEN
    if settings.asks_consent:
        yield HAS_CONSENT
    if "INTERPRETER" not in wish.needs:
        yield SPEAKS
    if rule.level != "NONE":
        profile = VOG_PROFILE if rule.profile else ""
        at_start = VOG_AT_START if rule.level == "LEGAL" else ""
        yield _has("pool_vogevidence", VOG + profile + at_start)
    if wish.seat_start and wish.seat_end:
        in_week, *free = FREE_AT_HOURS
        yield f"({in_week} OR {DIFFERS_NEAR})"
        yield from free
    else:
        yield NOT_AWAY
        hours = _has("pool_weekavailability", _holds_part(wish.day_parts))
        yield f"({hours} OR {DIFFERS_NEAR})"


def _holds_part(parts: frozenset[str]) -> str:
    """An hour in one of these parts of the day, or at any hour where none is asked."""
    if not parts:
        return "x.ends - x.starts >= 60"
    windows = [
        (str(shift * MINUTES_A_DAY + begins), str(shift * MINUTES_A_DAY + until))
        for part, begins, until in DAY_PARTS
        for shift in (-1, 0, 1)
        if part in parts and shift * MINUTES_A_DAY + until > 0
    ]
    if "WEEKEND" in parts:
        saturday = f"({SATURDAY} - x.weekday) * {MINUTES_A_DAY}"
        windows.append((saturday, f"{saturday} + {2 * MINUTES_A_DAY}"))
    hours = (
        f"least(x.ends, {until}) - greatest(x.starts, {begins}) >= 60" for begins, until in windows
    )
    return f"({' OR '.join(hours)})"


def _values(wish: Wish, rule: Rule, settings: Settings, now: datetime) -> dict[str, Any]:
    monday = datetime.combine(wish.on - wish.on.weekday() * DAY, time(), tzinfo=AMSTERDAM)
    week_from = max(monday, monday_of(now))
    values = {
        "region": current_region(),
        "activity": wish.activity,
        "area": wish.area,
        "organisation": wish.organisation_id,
        "conflicts": list(wish.conflicts),
        "asked_by": sorted(wish.asked_by),
        "needs": sorted(wish.needs & HARD_NEEDS),
        "language": wish.language,
        "talks": sorted(TALKS),
        "profile": rule.profile,
        "on": wish.on,
        "today": local(now).date(),
        "now": now,
        "since": now - LOOK_BACK,
        "rested": wish.begins_at - settings.rest,
        "request": wish.request_id,
        "begins_at": wish.begins_at,
        "week_from": week_from,
        "week_until": monday + WEEK,
        "earth": EARTH_RADIUS_KM,
        "road": settings.road_factor,
        "latitude": radians(wish.point[0]),
        "longitude": radians(wish.point[1]),
        "least_km": settings.min_distance_km,
        "slack": SLACK_KM,
        "begins": wish.begins_at,
        "until": wish.begins_at + settings.first_contact_within,
        "near_from": wish.on - 2 * DAY,
        "near_to": wish.on + WEEK,
    }
    if wish.seat_start and wish.seat_end:
        values |= _hours(wish.seat_start, wish.seat_end, settings.travel)
    return values


def _hours(start: datetime, end: datetime, travel: timedelta) -> dict[str, Any]:
    wall = start.astimezone(AMSTERDAM)
    minute = wall.hour * 60 + wall.minute
    # Near a change of the clock a row reaches as much further as the clock jumps.
    offsets = [(start + shift).astimezone(AMSTERDAM).utcoffset() for shift in (-DAY, DAY)]
    jump = 60 if offsets[0] != offsets[1] else 0
    return {
        "weekday": wall.weekday(),
        "day_before": (wall.weekday() - 1) % 7,
        "earliest": minute - jump,
        "latest": minute + jump,
        "begins": start - travel,
        "until": end + travel,
    }
