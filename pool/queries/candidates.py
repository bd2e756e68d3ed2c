"""Everybody who might do some work, or some of them, as plain values: two queries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from core.access.scope import current_region
from core.clock import local
from pool.queries.hours import LONGEST_REST, LOOK_BACK, monday_of, per_week
from pool.queries.support import OWES_SUPPORT
from pool.queries.work import requirement
from pool.rules import Candidate, DayHours, Papers, Rule, WeekRow
from pool.states import ExpertState

# One row a person with all that belongs to it: gathered one kind at a time, it took fifteen
# queries and most of the time of a look.
QUESTION = f"""
SELECT
  e.id, e.state, e.leaves_on,
  e.state = 'SUSPENDED' OR EXISTS (
    SELECT FROM pool_suspension x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.lifted_at IS NULL
  ) AS is_suspended,
  ARRAY(SELECT x.activity FROM pool_expertactivity x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id) AS activities,
  ARRAY(SELECT ARRAY[x.language, x.level] FROM pool_expertlanguage x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id ORDER BY x.language) AS languages,
  e.can_meet,
  ARRAY(SELECT x.code FROM pool_lifeexperience x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.code NOT IN (
      SELECT off.code FROM pool_switchedoff off WHERE off.region_id = %(region)s
    )) AS experiences,
  ARRAY(SELECT x.code FROM pool_specialism x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.kind = 'APPROACH'
      AND x.code NOT IN (
      SELECT off.code FROM pool_switchedoff off WHERE off.region_id = %(region)s
    )) AS approaches,
  ARRAY(SELECT x.who_key FROM pool_avoided x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id) AS avoids,
  e.home_area_id, home.latitude::float8, home.longitude::float8, e.travel_radius_km,
  ARRAY(SELECT x.area_id FROM pool_excludedarea x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id) AS excluded_areas,
  ARRAY(SELECT x.organisation_id FROM pool_excludedorganisation x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id) AS excluded_organisations,
  e.max_running, e.max_per_week,
  vog.issue_date, vog.policy_valid_until, vog.profile_kind, vog.profile_codes,
  vog.recheck_at IS NOT NULL AS vog_asked_again,
  ARRAY(SELECT x.kind FROM pool_agreement x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.signed_on <= %(on)s
      AND (x.valid_until IS NULL OR x.valid_until >= %(on)s)) AS agreements,
  EXISTS (
    SELECT FROM pool_training x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.completed_on <= %(on)s
      AND x.certificate_seen_on IS NOT NULL
      AND (x.expires_on IS NULL OR x.expires_on >= %(on)s)
  ) AS has_training,
  e.started_on,
  {OWES_SUPPORT} AS owes_support,
  ARRAY(SELECT ARRAY[x.weekday, x.starts, x.ends] FROM pool_weekavailability x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id
    ORDER BY x.weekday, x.starts) AS week,
  ARRAY(SELECT ARRAY[x.starts_at, x.ends_at] FROM pool_absence x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.ends_at > %(now)s
    ORDER BY x.starts_at) AS absences,
  ARRAY(SELECT ARRAY[lower(x.occupied), upper(x.occupied)] FROM pool_block x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.state = 'LIVE'
      AND x.ends_at > %(since)s ORDER BY x.ends_at) AS busy,
  (SELECT max(x.ends_at) FROM pool_block x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.state = 'LIVE'
      AND x.kind = 'SESSION' AND x.ends_at <= %(now)s) AS last_contact_end,
  ARRAY(SELECT lower(x.period) FROM pool_block x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.state = 'LIVE'
      AND x.kind = 'SESSION' AND x.source IS DISTINCT FROM %(but)s AND x.ends_at > %(monday)s
      AND lower(x.period) >= %(monday)s) AS sessions,
  ARRAY(SELECT ARRAY[x.day - DATE '0001-01-01' + 1, x.starts, x.ends, x.is_there::int]
    FROM pool_daychange x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.day > %(since)s::date
    ORDER BY x.day, x.starts) AS changes,
  (SELECT max(x.ends_at) FROM pool_absence x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.kind = 'TODAY'
      AND x.starts_at <= %(now)s AND x.ends_at > %(now)s) AS not_today_until,
  ARRAY(SELECT x.ends_at FROM pool_block x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.state = 'LIVE' AND x.is_heavy
      AND x.source IS DISTINCT FROM %(but)s AND x.ends_at > %(rested)s
    UNION SELECT x.began_at FROM pool_rest x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.began_at > %(rested)s
    ORDER BY 1) AS heavy_ends,
  e.heavy_rest_minutes, e.quiet_from, e.quiet_until, e.urgent_wakes,
  ARRAY(SELECT x.request_id FROM pool_supportoverride x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.what = 'REST'
      AND x.ended_at IS NULL AND x.until_at > %(now)s ORDER BY x.id) AS waived,
  ARRAY(SELECT x.until_at FROM pool_supportoverride x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.what = 'REST'
      AND x.ended_at IS NULL AND x.until_at > %(now)s ORDER BY x.id) AS waived_until,
  EXISTS (SELECT FROM pool_consent x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id AND x.withdrawn_at IS NULL
  ) AS has_consent
FROM pool_expert e
JOIN pool_area home ON home.code = e.home_area_id
LEFT JOIN pool_vogevidence vog
  ON vog.region_id = %(region)s AND vog.expert_id = e.id AND vog.replaced_on IS NULL
WHERE e.region_id = %(region)s AND e.state <> 'LEFT' AND e.hidden_at IS NULL
  AND (%(ids)s::uuid[] IS NULL OR e.id = ANY (%(ids)s::uuid[]))
  AND (e.state NOT IN ('APPLICANT', 'INTAKE') OR EXISTS (
    SELECT FROM pool_expertactivity x
    WHERE x.region_id = %(region)s AND x.expert_id = e.id))
ORDER BY e.id
"""  # noqa: S608  (our own words)


def candidates(  # noqa: PLR0913  (the work, the moment, and of whom)
    *,
    activity: str,
    host_kind: str,
    on: date,
    now: datetime,
    among: Collection[UUID] | None = None,
    rule: Rule | None = None,
    but: UUID | None = None,
    region_id: int | None = None,
) -> list[Candidate]:
    """All experts of the region, or those `among` them, as matching sees one; ordered by id.

    Those who left are not in it, nor newcomers who have chosen no work yet.

    `on` is the local date of the work: papers and the region's rule are those of that day. Hours
    that are over for two days at `now` are left out. Whoever read the `rule` hands it over. Load
    and rest leave out what `but` booked: it is to be moved.

    `region_id` is another region that lends them here: the database shows of it those alone.
    """
    rule = rule or requirement(activity=activity, host_kind=host_kind, on=on)
    values = {
        "region": region_id or current_region(),
        "ids": None if among is None else list(among),
        "on": on,
        "today": local(now).date(),
        "now": now,
        "but": but,
        "since": now - LOOK_BACK,
        "monday": monday_of(now),
        "rested": now - LONGEST_REST,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, values)
        return [_candidate(row, rule) for row in cursor.fetchall()]


def _candidate(row: tuple[Any, ...], rule: Rule) -> Candidate:
    # In the order of QUESTION.
    (
        expert_id,
        state,
        leaves_on,
        is_suspended,
        activities,
        languages,
        can_meet,
        experiences,
        approaches,
        avoids,
        area,
        latitude,
        longitude,
        travel_radius_km,
        excluded_areas,
        excluded_organisations,
        max_running,
        max_per_week,
        vog_issue,
        vog_valid_until,
        vog_kind,
        vog_codes,
        vog_asked_again,
        agreements,
        has_training,
        started_on,
        owes_support,
        week,
        absences,
        busy,
        last_contact_end,
        sessions,
        changes,
        not_today_until,
        heavy_ends,
        own_rest,
        quiet_from,
        quiet_until,
        urgent_wakes,
        waived,
        waived_until,
        has_consent,
    ) = row
    return Candidate(
        expert_id=expert_id,
        state=state,
        is_paused=state == ExpertState.PAUSED,
        leaves_on=leaves_on,
        is_suspended=is_suspended,
        activities=frozenset(activities),
        languages=tuple((code, level) for code, level in languages),
        can_meet=frozenset(can_meet),
        experiences=frozenset(experiences),
        approaches=frozenset(approaches),
        avoids=frozenset(avoids),
        area=area,
        point=(latitude, longitude),
        travel_radius_km=travel_radius_km,
        excluded_areas=frozenset(excluded_areas),
        excluded_organisations=frozenset(excluded_organisations),
        max_running=max_running,
        max_per_week=max_per_week,
        papers=Papers(
            vog_issue=vog_issue,
            vog_valid_until=vog_valid_until,
            vog_codes=frozenset(f"{vog_kind}:{code}" for code in vog_codes or ()),
            agreements=frozenset(agreements),
            has_training=has_training,
            started_on=started_on,
            owes_support=owes_support,
            vog_asked_again=vog_asked_again,
        ),
        rule=rule,
        week=tuple(WeekRow(*hours) for hours in week),
        absences=tuple((away, back) for away, back in absences),
        busy=tuple((taken_from, taken_until) for taken_from, taken_until in busy),
        last_contact_end=last_contact_end,
        sessions_per_week=tuple(per_week(sessions)),
        changes=tuple(
            DayHours(date.fromordinal(day), starts, ends, bool(is_there))
            for day, starts, ends, is_there in changes
        ),
        not_today_until=not_today_until,
        heavy_ends=tuple(heavy_ends),
        own_rest=timedelta(minutes=own_rest or 0),
        quiet=None if quiet_from is None else (quiet_from, quiet_until),
        urgent_wakes=urgent_wakes,
        rest_waived=tuple(zip(waived, waived_until, strict=True)),
        has_consent=has_consent,
    )
