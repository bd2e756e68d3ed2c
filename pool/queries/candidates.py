"""Everybody who might do some work, as plain values: a constant number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import Max, Q

from core.clock import AMSTERDAM, local
from pool.models import (
    Absence,
    Agreement,
    Block,
    ExcludedArea,
    ExcludedOrganisation,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    LifeExperience,
    Requirement,
    Suspension,
    Training,
    VogEvidence,
    WeekAvailability,
)
from pool.rules import (
    UNDECIDED,
    Candidate,
    Deployability,
    Interval,
    Level,
    Papers,
    Rule,
    WeekRow,
    judge,
)
from pool.states import BlockKind, BlockState, ExpertState

# Work of the past two days still counts for rest and for travel that is under way.
LOOK_BACK = timedelta(days=2)

LEVELS: dict[str, Level] = {"LEGAL": "LEGAL", "POLICY": "POLICY", "NONE": "NONE"}

Value = TypeVar("Value")


def candidates(*, activity: str, host_kind: str, on: date, now: datetime) -> list[Candidate]:
    """Every expert of the region as matching sees one, in the order of their ids.

    Those who left are not in it, nor those who were only just invited and have no activity yet.

    `on` is the local date of the work: papers and the region's rule are those of that day. Hours
    that are over for two days at `now` are left out.
    """
    rule = requirement(activity=activity, host_kind=host_kind, on=on)
    activities = _sets(ExpertActivity.objects.values_list("expert_id", "activity"))
    rows = [
        row
        for row in Expert.objects.exclude(state=ExpertState.LEFT)
        .select_related("home_area")
        .order_by("pk")
        .only(
            "state",
            "paused_at",
            "can_meet",
            "travel_radius_km",
            "max_running",
            "max_per_week",
            "home_area__latitude",
            "home_area__longitude",
        )
        if row.state != ExpertState.INVITED or row.pk in activities
    ]
    papers = papers_of([row.pk for row in rows], on=on)
    languages = _lists(
        (expert, (language, level))
        for expert, language, level in ExpertLanguage.objects.order_by("language").values_list(
            "expert_id", "language", "level"
        )
    )
    experiences = _sets(LifeExperience.objects.values_list("expert_id", "code"))
    areas = _sets(ExcludedArea.objects.values_list("expert_id", "area_id"))
    organisations = _sets(ExcludedOrganisation.objects.values_list("expert_id", "organisation_id"))
    suspended = set(Suspension.objects.filter(lifted_at=None).values_list("expert_id", flat=True))
    weeks = weeks_of()
    absences = _lists(
        (expert, (starts, ends))
        for expert, starts, ends in Absence.objects.filter(ends_at__gt=now)
        .order_by("starts_at")
        .values_list("expert_id", "starts_at", "ends_at")
    )
    busy, sessions = booked(now)
    ended = last_contacts(now)
    return [
        Candidate(
            expert_id=row.pk,
            state=row.state,
            is_paused=row.is_paused,
            is_suspended=row.pk in suspended or row.state == ExpertState.SUSPENDED,
            activities=frozenset(activities.get(row.pk, ())),
            languages=tuple(languages.get(row.pk, ())),
            can_meet=frozenset(row.can_meet),
            experiences=frozenset(experiences.get(row.pk, ())),
            area=row.home_area_id,
            point=(float(row.home_area.latitude), float(row.home_area.longitude)),
            travel_radius_km=row.travel_radius_km,
            excluded_areas=frozenset(areas.get(row.pk, ())),
            excluded_organisations=frozenset(organisations.get(row.pk, ())),
            max_running=row.max_running,
            max_per_week=row.max_per_week,
            papers=papers[row.pk],
            rule=rule,
            week=tuple(weeks.get(row.pk, ())),
            absences=tuple(absences.get(row.pk, ())),
            busy=tuple(busy.get(row.pk, ())),
            last_contact_end=ended.get(row.pk),
            sessions_per_week=tuple(sessions.get(row.pk, ())),
        )
        for row in rows
    ]


def deployability(
    expert: Expert, *, activity: str, host_kind: str, on: date, starts_new: bool = False
) -> Deployability:
    """May this expert do this work at this kind of host on day `on`, and if not, why not."""
    return _judge(
        expert,
        does_this_work=ExpertActivity.objects.filter(expert=expert, activity=activity).exists(),
        papers=papers_of([expert.pk], on=on)[expert.pk],
        rule=requirement(activity=activity, host_kind=host_kind, on=on),
        on=on,
        starts_new=starts_new,
    )


def _judge(  # noqa: PLR0913  one fact per reason
    expert: Expert,
    *,
    does_this_work: bool,
    papers: Papers,
    rule: Rule,
    on: date,
    starts_new: bool,
) -> Deployability:
    return judge(
        state=expert.state,
        is_suspended=expert.state == ExpertState.SUSPENDED,
        is_paused=expert.is_paused,
        does_this_work=does_this_work,
        papers=papers,
        rule=rule,
        on=on,
        starts_new=starts_new,
    )


def work_matrix(expert: Expert, *, on: date) -> list[tuple[str, str, Deployability]]:
    """(activity, kind of host, verdict) for all work of this expert that the region decided on.

    For new work: what may be offered today. In the order of the vocabulary.
    """
    papers = papers_of([expert.pk], on=on)[expert.pk]
    own = set(ExpertActivity.objects.filter(expert=expert).values_list("activity", flat=True))
    return [
        (
            activity,
            host_kind,
            _judge(expert, does_this_work=True, papers=papers, rule=rule, on=on, starts_new=True),
        )
        for (activity, host_kind), rule in requirements(on=on).items()
        if activity in own
    ]


# --- Papers and rules -------------------------------------------------------------------------


def requirement(*, activity: str, host_kind: str, on: date) -> Rule:
    """What this work asks at this kind of host on that day; the strictest where undecided."""
    return requirements(on=on).get((activity, host_kind), UNDECIDED)


def requirements(*, on: date) -> dict[tuple[str, str], Rule]:
    """The region's matrix as it stands on day `on`, sorted by activity and kind of host."""
    rows = Requirement.objects.filter(valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )
    # The newest of two that overlap, so that a mistake in dates changes nothing by chance.
    return {
        (row.activity, row.host_kind): Rule(LEVELS[row.level], profile_of(row))
        for row in rows.order_by("activity", "host_kind", "valid_from")
    }


def profile_of(row: Requirement) -> str:
    """Kind and code together, "ASPECT:85"; empty where any profile will do."""
    return f"{row.profile_kind}:{row.profile_code}" if row.profile_code else ""


def papers_of(expert_ids: Collection[UUID], *, on: date) -> dict[UUID, Papers]:
    """What was seen on paper of these experts, as it stands on day `on`: four queries."""
    vogs = {
        row.expert_id: row
        for row in VogEvidence.objects.filter(expert_id__in=expert_ids, replaced_on=None)
    }
    valid = Q(valid_until=None) | Q(valid_until__gte=on)
    agreements = _sets(
        Agreement.objects.filter(valid, expert_id__in=expert_ids, signed_on__lte=on).values_list(
            "expert_id", "kind"
        )
    )
    trained = set(
        Training.objects.filter(
            Q(expires_on=None) | Q(expires_on__gte=on),
            expert_id__in=expert_ids,
            completed_on__lte=on,
            certificate_seen_on__isnull=False,
        ).values_list("expert_id", flat=True)
    )
    began = dict(Expert.objects.filter(pk__in=expert_ids).values_list("pk", "started_on"))
    return {
        expert: Papers(
            vog_issue=vogs[expert].issue_date if expert in vogs else None,
            vog_valid_until=vogs[expert].policy_valid_until if expert in vogs else None,
            vog_codes=frozenset(
                f"{vogs[expert].profile_kind}:{code}" for code in vogs[expert].profile_codes
            )
            if expert in vogs
            else frozenset(),
            agreements=frozenset(agreements.get(expert, ())),
            has_training=expert in trained,
            started_on=began.get(expert),
        )
        for expert in expert_ids
    }


# --- The calendar -----------------------------------------------------------------------------


def weeks_of(expert_ids: Collection[UUID] | None = None) -> dict[UUID, list[WeekRow]]:
    """The week of these experts, or of everybody, in order."""
    rows = WeekAvailability.objects.order_by("weekday", "starts")
    if expert_ids is not None:
        rows = rows.filter(expert_id__in=expert_ids)
    return _lists(
        (expert, WeekRow(weekday, starts, ends))
        for expert, weekday, starts, ends in rows.values_list(
            "expert_id", "weekday", "starts", "ends"
        )
    )


def last_contacts(now: datetime) -> dict[UUID, datetime]:
    """When the last session of each expert that is over, ended."""
    rows = (
        Block.objects.filter(state=BlockState.LIVE, kind=BlockKind.SESSION, ends_at__lte=now)
        .values("expert_id")
        .annotate(last=Max("ends_at"))
    )
    return {row["expert_id"]: row["last"] for row in rows}


def booked(
    now: datetime,
) -> tuple[dict[UUID, list[Interval]], dict[UUID, list[tuple[int, int, int]]]]:
    """Hours given away, and the number of sessions per ISO week on the local calendar."""
    today = local(now)
    monday = (today - timedelta(days=today.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    busy: dict[UUID, list[Interval]] = defaultdict(list)
    weeks: dict[UUID, Counter[tuple[int, int]]] = defaultdict(Counter)
    rows = Block.objects.filter(
        state=BlockState.LIVE, ends_at__gt=min(monday, now - LOOK_BACK)
    ).order_by("ends_at")
    for expert, kind, period, occupied in rows.values_list(
        "expert_id", "kind", "period", "occupied"
    ):
        if period.upper > now - LOOK_BACK:
            busy[expert].append((occupied.lower, occupied.upper))
        begins = period.lower.astimezone(AMSTERDAM)
        if kind == BlockKind.SESSION and begins >= monday:
            year, week, _weekday = begins.isocalendar()
            weeks[expert][year, week] += 1
    counted = {
        expert: [(year, week, n) for (year, week), n in sorted(found.items())]
        for expert, found in weeks.items()
    }
    return busy, counted


def _lists(pairs: Iterable[tuple[UUID, Value]]) -> dict[UUID, list[Value]]:
    found: dict[UUID, list[Value]] = defaultdict(list)
    for expert, value in pairs:
        found[expert].append(value)
    return found


def _sets(pairs: Iterable[tuple[UUID, Value]]) -> dict[UUID, set[Value]]:
    found: dict[UUID, set[Value]] = defaultdict(set)
    for expert, value in pairs:
        found[expert].add(value)
    return found
