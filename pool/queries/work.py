"""Who may do which work: what a region asks, and what was seen on paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.models import OrganisationKind
from core.access.scope import rows_of
from pool.models import (
    Agreement,
    Expert,
    ExpertActivity,
    Requirement,
    Training,
    VogBridgeWork,
    VogEvidence,
)
from pool.queries.support import who_owes_support
from pool.rules import UNDECIDED, Deployability, Level, Papers, Rule, judge
from pool.states import ExpertState
from pool.vocabulary import Activity

# Consent was taken back: no new work, and what was planned waits for somebody else.
NO_CONSENT = "NO_CONSENT"
LEVELS: dict[str, Level] = {"LEGAL": "LEGAL", "POLICY": "POLICY", "NONE": "NONE"}


def deployability(  # noqa: PLR0913  the work, its day, and how it stands
    expert: Expert,
    *,
    activity: str,
    host_kind: str,
    on: date,
    starts_new: bool = False,
    planned_on: date | None = None,
) -> Deployability:
    """May this expert do this work at this kind of host on day `on`, and if not, why not.

    Running work that is planned on the local day `planned_on` may lie some weeks after the end
    of a VOG; whoever takes it up on the day itself leaves that out.
    """
    # What the work asks is the matter of the region where it is done; papers stand at home.
    rule = requirement(activity=activity, host_kind=host_kind, on=on)
    with rows_of(expert.region_id):
        return _judge(
            expert,
            does_this_work=ExpertActivity.objects.filter(expert=expert, activity=activity).exists(),
            papers=papers_of([expert.pk], on=on)[expert.pk],
            rule=rule,
            on=on,
            starts_new=starts_new,
            planned_on=planned_on,
        )


def _judge(  # noqa: PLR0913  one fact per reason
    expert: Expert,
    *,
    does_this_work: bool,
    papers: Papers,
    rule: Rule,
    on: date,
    starts_new: bool,
    planned_on: date | None = None,
) -> Deployability:
    found = judge(
        state=expert.state,
        is_suspended=expert.state == ExpertState.SUSPENDED,
        is_paused=expert.is_paused,
        does_this_work=does_this_work,
        papers=papers,
        rule=rule,
        on=on,
        starts_new=starts_new,
        planned_on=planned_on,
        leaves_on=expert.leaves_on,
    )
    if expert.is_hidden:
        return Deployability(is_deployable=False, problems=(NO_CONSENT, *found.problems))
    return found


def work_matrix(expert: Expert, *, on: date) -> list[tuple[str, str, Deployability]]:
    """(activity, kind of host, verdict) for all work of this expert, at every kind of host.

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


def requirement(*, activity: str, host_kind: str, on: date) -> Rule:
    """What this work asks at this kind of host on that day; the strictest where undecided."""
    rows = in_force(on).filter(activity=activity, host_kind=host_kind)
    last = rows.order_by("valid_from").last()
    return rule_of(last) if last else UNDECIDED


def requirements(*, on: date) -> dict[tuple[str, str], Rule]:
    """What all work asks at every kind of host on day `on`; the strictest where undecided.

    Matching, the board and the page of an expert all read it here, so that they never differ.
    """
    found = decisions(on=on)
    return {
        cell: found.get(cell, UNDECIDED)
        for cell in product(Activity.values, OrganisationKind.values)
    }


def decisions(*, on: date) -> dict[tuple[str, str], Rule]:
    """What the region itself decided, as it stands on day `on`."""
    # The newest of two that overlap, so that a mistake in dates changes nothing by chance.
    return {
        (row.activity, row.host_kind): rule_of(row)
        for row in in_force(on).order_by("activity", "host_kind", "valid_from")
    }


def in_force(on: date) -> QuerySet[Requirement]:
    """The decisions of the region that count on that day; of two in one cell the newest."""
    return Requirement.objects.filter(valid_from__lte=on).filter(
        Q(valid_to=None) | Q(valid_to__gt=on)
    )


def rule_of(row: Requirement) -> Rule:
    """A row as the rules know it: kind and code of the profile together, "ASPECT:85"."""
    profile = f"{row.profile_kind}:{row.profile_code}" if row.profile_code else ""
    return Rule(LEVELS[row.level], profile, row.pk)


@dataclass(frozen=True)
class PaperRows:
    """What was ever seen on paper, whatever day: read once, for a verdict and for what runs out.

    Attributes:
        vogs: expert, issued, counts until, kind of profile, its codes, asked again; not replaced.
        agreements: expert, kind, signed, last day or None.
        trainings: expert, kind, finished, certificate seen, last day or None.
    """

    vogs: Sequence[tuple[UUID, date, date, str, list[str], datetime | None]]
    agreements: Sequence[tuple[UUID, str, date, date | None]]
    trainings: Sequence[tuple[UUID, str, date | None, date | None, date | None]]


def paper_rows(expert_ids: Collection[UUID] | None) -> PaperRows:
    """The rows of these experts, or of everybody here (None): three queries, as plain values."""
    of: dict[str, Any] = {} if expert_ids is None else {"expert_id__in": expert_ids}
    return PaperRows(
        vogs=list(
            VogEvidence.objects.filter(replaced_on=None, **of).values_list(
                "expert_id",
                "issue_date",
                "policy_valid_until",
                "profile_kind",
                "profile_codes",
                "recheck_at",
            )
        ),
        agreements=list(
            Agreement.objects.filter(**of).values_list(
                "expert_id", "kind", "signed_on", "valid_until"
            )
        ),
        trainings=list(
            Training.objects.filter(**of).values_list(
                "expert_id", "kind", "completed_on", "certificate_seen_on", "expires_on"
            )
        ),
    )


def papers_of(
    expert_ids: Collection[UUID] | None, *, on: date, rows: PaperRows | None = None
) -> dict[UUID, Papers]:
    """What was seen on paper of these experts, or of everybody here, as it stands on day `on`.

    Six queries, or three for who read the rows already.
    """
    rows = rows or paper_rows(expert_ids)
    vogs = {row[0]: row for row in rows.vogs}
    agreements: dict[UUID, set[str]] = defaultdict(set)
    for expert, kind, signed, until in rows.agreements:
        if signed <= on and (until is None or until >= on):
            agreements[expert].add(kind)
    trained = {expert for expert, _kind in trainings_on(rows, on)}
    owing = who_owes_support(expert_ids, on=on)
    of: dict[str, Any] = {} if expert_ids is None else {"pk__in": expert_ids}
    bridged: dict[UUID, set[UUID]] = defaultdict(set)
    bridges = VogBridgeWork.objects.filter(
        bridge__vog__replaced_on=None,
        bridge__granted_at__isnull=False,
        bridge__starts_on__lte=on,
        bridge__ends_on__gt=on,
        **({} if expert_ids is None else {"bridge__expert__in": expert_ids}),
    )
    for expert, ground in bridges.values_list("bridge__expert_id", "requirement_id"):
        bridged[expert].add(ground)
    began = dict(Expert.objects.filter(**of).values_list("pk", "started_on"))
    return {
        expert: _papers(
            vogs.get(expert),
            agreements=frozenset(agreements.get(expert, ())),
            has_training=expert in trained,
            started_on=began.get(expert),
            owes_support=expert in owing,
            bridged=frozenset(bridged.get(expert, ())),
        )
        for expert in (began if expert_ids is None else expert_ids)
    }


def trainings_on(rows: PaperRows, on: date) -> list[tuple[UUID, str]]:
    """Expert and kind of the trainings that were finished and seen, and count on day `on`."""
    return [
        (expert, kind)
        for expert, kind, completed, seen, until in rows.trainings
        if completed is not None
        and completed <= on
        and seen is not None
        and (until is None or until >= on)
    ]


def _papers(
    vog: tuple[UUID, date, date, str, list[str], datetime | None] | None, **facts: Any
) -> Papers:
    if vog is None:
        return Papers(vog_issue=None, vog_valid_until=None, vog_codes=frozenset(), **facts)
    _expert, issued, until, kind, codes, asked_again = vog
    return Papers(
        vog_issue=issued,
        vog_valid_until=until,
        vog_codes=frozenset(f"{kind}:{code}" for code in codes),
        vog_asked_again=asked_again is not None,
        **facts,
    )
