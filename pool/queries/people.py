"""One expert: who it is for a user, how to reach one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.access.models import OrganisationKind, User
from core.approvals.models import Approval, Decision
from pool.models import (
    Absence,
    Agreement,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    LifeExperience,
    Suspension,
    Training,
    VogEvidence,
)
from pool.queries.hours import weeks_of
from pool.queries.work import decisions, work_matrix
from pool.rules import Deployability, WeekRow
from pool.states import ExpertState
from pool.vocabulary import Activity


@dataclass(frozen=True)
class Contact:
    """How to reach one expert. Class 3: whoever shows it to a person logs the reading."""

    phone: str
    email: str
    wants_sms: bool
    language: str
    user: User | None


def expert_of(user: User) -> Expert | None:
    """The expert behind a signed-in person, if that is one; also one who is lent here.

    A profile of somebody who left is nobody's: whoever comes back begins anew.
    """
    return (
        Expert.reachable.filter(user=user)
        .exclude(state=ExpertState.LEFT)
        .select_related("data_key", "home_area", "coordinator")
        .first()
    )


def contact(expert: Expert) -> Contact:
    """Phone and address of `expert`, opened."""
    return Contact(
        phone=expert.phone,
        email=expert.email,
        wants_sms=expert.wants_sms,
        language=expert.user.language if expert.user else "nl",
        user=expert.user,
    )


@dataclass(frozen=True)
class Page:
    """What the page of one expert shows; papers are empty for who may not see their dates."""

    activities: Sequence[str]
    languages: Sequence[tuple[str, str]]
    experiences: Sequence[tuple[str, str]]
    week: Sequence[WeekRow]
    absences: Sequence[Absence]
    suspension: Suspension | None
    vog: VogEvidence | None
    trainings: Sequence[Training]
    agreements: Sequence[Agreement]


def expert_page(expert: Expert, *, with_papers: bool, now: datetime) -> Page:
    """Everything below one expert, in a constant number of queries."""
    activities = set(
        ExpertActivity.objects.filter(expert=expert).values_list("activity", flat=True)
    )
    papers = Expert.objects.filter(pk=expert.pk) if with_papers else Expert.objects.none()
    return Page(
        activities=[one for one in Activity.values if one in activities],
        languages=list(
            ExpertLanguage.objects.filter(expert=expert)
            .order_by("language")
            .values_list("language", "level")
        ),
        experiences=list(
            LifeExperience.objects.filter(expert=expert)
            .order_by("code")
            .values_list("code", "visible_to")
        ),
        week=weeks_of([expert.pk]).get(expert.pk, []),
        absences=list(Absence.objects.filter(expert=expert, ends_at__gt=now).order_by("starts_at")),
        suspension=Suspension.objects.filter(expert=expert, lifted_at=None)
        .select_related("started_by")
        .first(),
        vog=VogEvidence.objects.filter(expert__in=papers, replaced_on=None)
        .select_related("seen_by")
        .first(),
        trainings=list(Training.objects.filter(expert__in=papers).order_by("-started_on")),
        agreements=list(Agreement.objects.filter(expert__in=papers).order_by("-signed_on")),
    )


@dataclass(frozen=True)
class Work:
    """One kind of work: where somebody may be asked for it, and what stands in the way.

    Attributes:
        undecided: kinds of host for which the region decided nothing, so the strictest counts.
    """

    activity: str
    hosts: tuple[str, ...]
    refused: tuple[tuple[str, tuple[str, ...]], ...]
    undecided: tuple[str, ...]

    @property
    def is_decided(self) -> bool:
        """Whether the region decided on this work at any kind of host."""
        return len(self.undecided) < len(OrganisationKind)

    @property
    def problems(self) -> tuple[str, ...]:
        """Every reason, once, in the order in which they were found."""
        return tuple(dict.fromkeys(code for _host, codes in self.refused for code in codes))

    @property
    def problems_once_active(self) -> tuple[str, ...]:
        """What would stand in the way at the host that asks least, if somebody took part."""
        if self.hosts:
            return ()
        left = (tuple(c for c in codes if c != "NOT_ACTIVE") for _host, codes in self.refused)
        return min(left, key=len)


def works_of(expert: Expert, *, on: date) -> list[Work]:
    """The work matrix per activity: kinds of host that can be served on day `on`, and the rest."""
    decided = decisions(on=on)
    rows: dict[str, list[tuple[str, Deployability]]] = {}
    for activity, host_kind, verdict in work_matrix(expert, on=on):
        rows.setdefault(activity, []).append((host_kind, verdict))
    return [
        Work(
            activity=activity,
            hosts=tuple(host for host, verdict in verdicts if verdict.is_deployable),
            refused=tuple(
                (host, verdict.problems) for host, verdict in verdicts if not verdict.is_deployable
            ),
            undecided=tuple(host for host, _ in verdicts if (activity, host) not in decided),
        )
        for activity, verdicts in rows.items()
    ]


@dataclass(frozen=True)
class Start:
    """What taking part from today on means for somebody.

    Attributes:
        works: what may then be asked; empty means nothing yet.
        missing: codes of what still stands in the way of some of it, or of all.
    """

    works: tuple[str, ...]
    missing: tuple[str, ...]


def start_of(page: Page, works: Sequence[Work]) -> Start:
    """What somebody could be asked once taking part, judged at the host that asks least."""
    in_the_way = {work.activity: work.problems_once_active for work in works}
    missing = dict.fromkeys(code for codes in in_the_way.values() for code in codes)
    if not works:
        missing["NO_WORK"] = None
    if not page.week:
        missing["NO_HOURS"] = None
    ready = tuple(activity for activity, codes in in_the_way.items() if not codes)
    return Start(ready if page.week else (), tuple(missing))


def waits_for_second(expert: Expert, *, now: datetime) -> Approval | None:
    """The question to let somebody come back that a second person has not answered yet."""
    return (
        Approval.objects.filter(subject=expert.pk, decision=Decision.PENDING, expires_at__gt=now)
        .select_related("asked_by")
        .first()
    )
