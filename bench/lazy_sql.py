"""The limit of the search: bare tables, one prepared statement, conditions only where asked.

The inner query takes who is eligible in the order of points; the outer one looks into week and
calendar of one after the other and stops at twenty. No regions, no row security, no history.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.range import Range

from bench.oracle import (
    AMSTERDAM,
    EARTH_KM,
    FIRST_CONTACT,
    LEAST_KM,
    REST,
    ROAD_FACTOR,
    SHARE_OF_LEVEL,
    SHOWN,
    TALKS,
    Answer,
    parts_from,
    parts_of_week,
    rests_of,
    three_months_before,
)
from bench.people import DAY, NOW, TODAY, TRAVEL, Person, Wish

TABLES = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
DROP SCHEMA IF EXISTS bare CASCADE;
CREATE SCHEMA bare;
CREATE TABLE bare.expert (
  id uuid PRIMARY KEY, area text, lat float8, lon float8, radius int, works text[], talks text[],
  shares jsonb, can_meet text[], meets text[], avoids text[], running int, max_running int,
  max_week int, vog_issued date, vog_until date, has_85 bool, law_issued bool, last_end timestamptz,
  parts text[], differs bool);
CREATE TABLE bare.parts (expert uuid, day date, parts text[], PRIMARY KEY (expert, day));
CREATE TABLE bare.other_day (expert uuid, day date, minutes int4range, is_there bool);
CREATE TABLE bare.rest (expert uuid, during tstzrange);
CREATE TABLE bare.avail (expert uuid, dow int, minutes int4range);
CREATE TABLE bare.absence (expert uuid, during tstzrange);
CREATE TABLE bare.block (
  expert uuid, during tstzrange, day date,
  EXCLUDE USING gist (expert WITH =, during WITH &&));
"""
INDEXES = """
CREATE INDEX ON bare.expert USING gin (works);
CREATE INDEX ON bare.avail (expert, dow);
CREATE INDEX ON bare.absence (expert);
CREATE INDEX ON bare.other_day (expert, day);
CREATE INDEX ON bare.rest (expert);
ANALYZE bare.parts; ANALYZE bare.other_day; ANALYZE bare.rest;
CREATE INDEX ON bare.block (expert, day);
ANALYZE bare.expert; ANALYZE bare.avail; ANALYZE bare.absence; ANALYZE bare.block;
"""
GRANT = (
    "GRANT USAGE ON SCHEMA bare TO {reader}; GRANT SELECT ON ALL TABLES IN SCHEMA bare TO {reader}"
)
KM = f"""2 * {EARTH_KM} * asin(sqrt(least(1, sin((%(lat)s - lat) / 2) ^ 2
  + cos(lat) * cos(%(lat)s) * sin((%(lon)s - lon) / 2) ^ 2))) * {ROAD_FACTOR}"""

OPEN_EVERY_WEEK = (
    "(SELECT 1 FROM bare.avail a WHERE a.expert = e.id AND ((a.dow = %(dow)s AND"
    " a.minutes @> %(minutes)s) OR (a.dow = %(before)s AND a.minutes @> %(next)s))"
    " LIMIT 1) IS NOT NULL"
)
# The rows of that day and the day before, in minutes of that day: those there, less those not.
OPEN_AFTER_ALL = """coalesce((
  SELECT range_agg(u.m) FILTER (WHERE u.is_there) @> %(minutes)s::int4range
    AND NOT coalesce(range_agg(u.m) FILTER (WHERE NOT u.is_there), '{}') && %(minutes)s::int4range
  FROM (
    SELECT a.minutes AS m, true AS is_there FROM bare.avail a
    WHERE a.expert = e.id AND a.dow = %(dow)s
    UNION ALL SELECT int4range(lower(a.minutes) - 1440, upper(a.minutes) - 1440), true
    FROM bare.avail a WHERE a.expert = e.id AND a.dow = %(before)s
    UNION ALL SELECT o.minutes, o.is_there FROM bare.other_day o
    WHERE o.expert = e.id AND o.day = %(day)s
    UNION ALL SELECT int4range(lower(o.minutes) - 1440, upper(o.minutes) - 1440), o.is_there
    FROM bare.other_day o WHERE o.expert = e.id AND o.day = %(day)s - 1
  ) u), false)"""
PARTS = (
    "CASE WHEN differs THEN (SELECT p.parts FROM bare.parts p"
    " WHERE p.expert = bare.expert.id AND p.day = %(day)s) ELSE parts END"
)


@contextmanager
def bare_tables(url: str, people: Sequence[Person], *, reader: str) -> Iterator[None]:
    """The same people in tables that hold nothing else; who never fits is not even in them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        try:
            with connection.cursor() as cursor:
                for table, rows in _rows(people):
                    with cursor.copy(f"COPY bare.{table} FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
            connection.execute(INDEXES)
            grant = sql.SQL(GRANT).format(reader=sql.Identifier(reader))
            connection.execute(grant)
            yield
        finally:
            connection.execute("DROP SCHEMA bare CASCADE")


class LazySearch:
    """One connection that asks again and again."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
        self._connection.execute("SET jit = off")

    def close(self) -> None:
        self._connection.close()

    def best(self, wish: Wish) -> Answer:
        statement, values = _question(wish)
        return self._connection.execute(statement, values).fetchall()


def _rows(people: Sequence[Person]) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    able = [one for one in people if _is_ever_able(one)]
    yield "expert", (_expert(one) for one in able)
    yield (
        "avail",
        (
            (one.id, weekday, Range(starts, ends))
            for one in able
            for weekday, starts, ends in one.week
        ),
    )
    yield (
        "parts",
        (
            (one.id, day, sorted(parts_from(one, day, parts_of_week(one.week))))
            for one in able
            if one.changes
            for day in (TODAY + ahead * DAY for ahead in range(3))
        ),
    )
    yield (
        "other_day",
        (
            (one.id, day, Range(starts, ends), is_there)
            for one in able
            for day, starts, ends, is_there in one.changes
        ),
    )
    yield "rest", ((one.id, Range(*rest)) for one in able for rest in rests_of(one))
    yield "absence", ((one.id, Range(a, b)) for one in able for a, b in one.absences)
    yield (
        "block",
        (
            (one.id, Range(a - TRAVEL, b + TRAVEL), a.astimezone(AMSTERDAM).date())
            for one in able
            for a, b in one.sessions
        ),
    )


def _is_ever_able(one: Person) -> bool:
    papers = len(one.agreements) == 2 and one.is_trained and one.vog_issued is not None
    # Every wish is asked for now, so "not today" is never.
    return one.state == "ACTIVE" and not (one.is_paused or one.says_not_today) and papers


def _expert(one: Person) -> tuple[Any, ...]:
    return (
        one.id,
        one.home.code,
        math.radians(one.home.latitude),
        math.radians(one.home.longitude),
        one.radius_km,
        list(one.activities),
        [code for code, level in one.languages if level in TALKS],
        json.dumps({code: SHARE_OF_LEVEL[level] for code, level in one.languages}),
        list(one.can_meet),
        sorted({*one.can_meet, *(["PARENT"] if one.is_parent else [])}),
        list(one.avoids),
        one.running,
        one.max_running,
        one.max_per_week,
        one.vog_issued,
        one.vog_until,
        "85" in one.vog_codes,
        one.vog_issued is not None and one.vog_issued >= three_months_before(one.began),
        max((end for _start, end in one.sessions if end <= NOW), default=None),
        sorted(parts_of_week(one.week)),
        bool(one.changes),
    )


def _question(wish: Wish) -> tuple[str, dict[str, Any]]:
    begins = wish.fixed[0] if wish.fixed else max(NOW, wish.earliest)
    day: date = begins.astimezone(AMSTERDAM).date()
    monday = day - timedelta(days=day.weekday())
    is_remote = wish.activity == "CONSULT"
    values: dict[str, Any] = {
        "area": wish.place.code,
        "activity": [wish.activity],
        "language": wish.language,
        "talks": [wish.language],
        "day": day,
        "begins": begins,
        "rested": begins - REST,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "shown": SHOWN,
    }
    where = [
        "works @> %(activity)s",
        "talks @> %(talks)s",
        "vog_until > %(day)s",
        "(last_end IS NULL OR last_end <= %(rested)s)",
        "law_issued" if is_remote else "has_85",
        "NOT avoids @> ARRAY[%(area)s]",
    ]
    near = "20"
    if not is_remote:
        values |= {
            "lat": math.radians(wish.place.latitude),
            "lon": math.radians(wish.place.longitude),
        }
        where += ["area <> %(area)s", f"km BETWEEN {LEAST_KM * ROAD_FACTOR} AND radius"]
        near = "round(20 * (1 - km / radius))"
    if wish.activity == "BUDDY_1ON1":
        where.append("running < max_running")
    if "WOMAN" in wish.needs:
        where.append("can_meet @> ARRAY['WOMAN']")
    if wish.conflicts:
        where.append("id <> ALL (%(conflicts)s)")
        values["conflicts"] = list(wish.conflicts)
    needs = "30"
    if wish.needs:
        values["needs"] = list(wish.needs)
        met = "SELECT count(*) FROM unnest(%(needs)s::text[]) n WHERE n = ANY (meets)"
        needs = f"round(30 * ({met}) / {len(wish.needs)}::float8)"
    calendar = [
        (
            "(SELECT count(*) FROM bare.block b WHERE b.expert = e.id"
            " AND b.day BETWEEN %(monday)s AND %(sunday)s) < max_week"
        ),
        (
            "(SELECT 1 FROM bare.rest r WHERE r.expert = e.id AND r.during && %(work)s"
            " LIMIT 1) IS NULL"
        ),
    ]
    values["work"] = Range(*wish.fixed) if wish.fixed else Range(begins, begins, "[]")
    if wish.fixed:
        start, end = (one.astimezone(AMSTERDAM) for one in wish.fixed)
        first = start.hour * 60 + start.minute
        values |= {
            "around": Range(wish.fixed[0] - TRAVEL, wish.fixed[1] + TRAVEL),
            "dow": start.weekday(),
            "before": (start.weekday() - 1) % 7,
            "minutes": Range(first, first + int((end - start).total_seconds() // 60)),
            "next": Range(first + 1440, first + 1440 + int((end - start).total_seconds() // 60)),
        }
        calendar += [
            f"CASE WHEN differs THEN {OPEN_AFTER_ALL} ELSE {OPEN_EVERY_WEEK} END",
            (
                "(SELECT 1 FROM bare.absence a WHERE a.expert = e.id AND a.during && %(around)s"
                " LIMIT 1) IS NULL"
            ),
            (
                "(SELECT 1 FROM bare.block b WHERE b.expert = e.id AND b.during && %(around)s"
                " LIMIT 1) IS NULL"
            ),
        ]
    else:
        where.append(f"{PARTS} && %(parts)s" if wish.day_parts else f"{PARTS} <> '{{}}'")
        values["parts"] = list(wish.day_parts)
        values["due"] = Range(begins, begins + FIRST_CONTACT)
        calendar.append(
            "(SELECT 1 FROM bare.absence a WHERE a.expert = e.id AND a.during @> %(due)s"
            " LIMIT 1) IS NULL"
        )
    km = "" if is_remote else f", LATERAL (SELECT {KM} AS km) d"
    return (
        f"""SELECT id, score::int FROM (
          SELECT id, max_week, differs, {needs} + {near}
            + round(20 * greatest(0, 1 - running::float8 / max_running))
            + round(10 * coalesce(
                least(1, extract(epoch FROM %(begins)s - last_end)::float8 / 604800), 1))
            + round(5 * (shares ->> %(language)s)::float8) AS score
          FROM bare.expert{km} WHERE {" AND ".join(where)}
          ORDER BY score DESC, id OFFSET 0) e
        WHERE {" AND ".join(calendar)} LIMIT %(shown)s""",  # noqa: S608  (our own words)
        values,
    )
