"""What the region agreed, as it counts on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.db.models.functions import JSONObject

from pool.models import Consent, Expert, RegionProfile, RegionRule, RuleKind
from pool.states import TAKES_PART


@dataclass(frozen=True)
class Agreed:
    """What counts on one day.

    Attributes:
        rest: after any contact; `heavy_rest` after a heavy one.
        travel: kept free before and after a session.
        min_distance_km: in a straight line, to the home of an expert.
        road_factor: km by road for a km in a straight line.
        quiet: on the wall clock; equal times mean that there are none.
        vog_months: after so many months a VOG is renewed.
        first_with_two: so many assignments of somebody new are done with two.
        asks_consent: who did not say yes to being in the pool gets no new work.
    """

    rest: timedelta
    heavy_rest: timedelta
    travel: timedelta
    min_distance_km: float
    road_factor: float
    quiet: tuple[time, time]
    vog_months: int
    first_with_two: int
    asks_consent: bool


Value = Decimal | tuple[time, time]


def agreed(*, on: date) -> Agreed:
    """What counts on day `on`: the rules of that day, and what the region began with; one query."""
    in_force = rules_on(on).values(
        json=JSONObject(
            kind="kind", amount="amount", quiet_from="quiet_from", quiet_until="quiet_until"
        )
    )
    profile = RegionProfile.objects.annotate(rules=ArraySubquery(in_force)).get()
    found = first_values(profile)
    for one in profile.rules:
        found[one["kind"]] = _value(one)
    return _agreed(found)


def rules_on(day: date) -> QuerySet[RegionRule]:
    """The rows that count on a day, at most one of a kind."""
    return RegionRule.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=day), replaced_at=None, valid_from__lte=day
    )


def first_values(profile: RegionProfile) -> dict[str, Value]:
    """What counts where no rule was decided: what the region began with."""
    return {
        RuleKind.HEAVY_REST.value: Decimal(profile.heavy_rest_minutes),
        RuleKind.REST.value: Decimal(profile.rest_minutes),
        RuleKind.QUIET.value: (profile.quiet_from, profile.quiet_until),
        RuleKind.DISTANCE.value: Decimal(profile.min_distance_km),
        RuleKind.TRAVEL.value: Decimal(profile.travel_minutes),
        RuleKind.ROAD.value: Decimal(profile.road_factor),
        RuleKind.VOG_MONTHS.value: Decimal(profile.vog_policy_months),
        RuleKind.WITH_TWO.value: Decimal(profile.first_with_two),
        RuleKind.CONSENT.value: Decimal(0),
    }


def value_of(rule: RegionRule) -> Value:
    """What was decided: an amount, or two times."""
    if rule.quiet_from is not None and rule.quiet_until is not None:
        return rule.quiet_from, rule.quiet_until
    return rule.amount if rule.amount is not None else Decimal(0)


def _value(row: dict[str, Any]) -> Value:
    if row["quiet_from"] is not None:
        return time.fromisoformat(row["quiet_from"]), time.fromisoformat(row["quiet_until"])
    return Decimal(str(row["amount"]))


def _agreed(found: dict[str, Value]) -> Agreed:
    quiet = found[RuleKind.QUIET]
    if not isinstance(quiet, tuple):
        raise TypeError(RuleKind.QUIET)

    def amount(kind: RuleKind) -> Decimal:
        value = found[kind]
        if isinstance(value, tuple):
            raise TypeError(kind)
        return value

    def minutes(kind: RuleKind) -> timedelta:
        return timedelta(minutes=int(amount(kind)))

    return Agreed(
        rest=minutes(RuleKind.REST),
        heavy_rest=minutes(RuleKind.HEAVY_REST),
        travel=minutes(RuleKind.TRAVEL),
        min_distance_km=float(amount(RuleKind.DISTANCE)),
        road_factor=float(amount(RuleKind.ROAD)),
        quiet=quiet,
        vog_months=int(amount(RuleKind.VOG_MONTHS)),
        first_with_two=int(amount(RuleKind.WITH_TWO)),
        asks_consent=bool(amount(RuleKind.CONSENT)),
    )


@dataclass(frozen=True)
class Ruled:
    """One kind of rule as its page shows it.

    Attributes:
        now: what counts today; `since` is None where it counts from the beginning.
        coming: rows that begin later, soonest first.
        history: every row, latest first; those that never counted are marked as replaced.
        first: what the region began with.
    """

    kind: str
    now: Value
    since: date | None
    coming: list[RegionRule]
    history: list[RegionRule]
    first: Value


def ruled(*, on: date) -> list[Ruled]:
    """Every kind of rule, with what was and what comes: two queries."""
    first = first_values(RegionProfile.here())
    rows: dict[str, list[RegionRule]] = {kind: [] for kind in RuleKind.values}
    for row in RegionRule.objects.select_related("decided_by").order_by(
        "-valid_from", "-decided_at"
    ):
        rows[row.kind].append(row)
    return [_ruled(kind, history, first[kind], on) for kind, history in rows.items()]


def _ruled(kind: str, history: list[RegionRule], first: Value, on: date) -> Ruled:
    counting = [one for one in history if one.replaced_at is None]
    began = [one for one in counting if one.valid_from <= on]
    return Ruled(
        kind=kind,
        now=value_of(began[0]) if began else first,
        since=began[0].valid_from if began else None,
        coming=[one for one in reversed(counting) if one.valid_from > on],
        history=history,
        first=first,
    )


def owes_answer(*, on: date) -> frozenset[UUID]:
    """Who gets no new work on day `on` before an answer about being in the pool; two queries.

    Nobody, where the region does not ask for it, or has agreed on nothing yet.
    """
    try:
        asks = agreed(on=on).asks_consent
    except RegionProfile.DoesNotExist:
        return frozenset()
    if not asks:
        return frozenset()
    return frozenset(_without_answer(Expert.objects.all()).values_list("pk", flat=True))


def _without_answer(people: QuerySet[Expert]) -> QuerySet[Expert]:
    return people.exclude(pk__in=Consent.objects.filter(withdrawn_at=None).values("expert"))


def n_concerned(kind: str, value: Value) -> int:
    """For how many people of the pool this value would be the one that counts, of today.

    Somebody with own quiet hours, or an own rest that is longer, keeps those.
    """
    people = Expert.objects.filter(state__in=TAKES_PART, hidden_at=None)
    if kind == RuleKind.QUIET:
        people = people.filter(quiet_from=None)
    if kind == RuleKind.HEAVY_REST and not isinstance(value, tuple):
        people = people.filter(Q(heavy_rest_minutes=None) | Q(heavy_rest_minutes__lt=int(value)))
    if kind == RuleKind.CONSENT:
        people = _without_answer(people)
    return people.count()
