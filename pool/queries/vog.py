"""How somebody stands with a VOG: what was seen, what runs, what is possible without."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.approvals.models import Approval, Decision
from core.clock import local
from pool.models import (
    Expert,
    ExpertActivity,
    RegionProfile,
    Requirement,
    VogApplication,
    VogAttempt,
    VogBridge,
    VogBridgeWork,
    VogEvidence,
)
from pool.queries.work import in_force, papers_of, requirements
from pool.rules import NEEDED_AGREEMENTS
from pool.rules import vog as rules
from pool.states import VOLUNTARY, VogStanding, VogState
from pool.vocabulary import Activity, RequirementLevel


@dataclass(frozen=True)
class Progress:
    """An application, opened. Class 4: whoever shows it to a person logs the reading."""

    state: str
    prepared_on: date | None = None
    submitted_on: date | None = None
    letter_on: date | None = None
    decided_on: date | None = None
    filed_on: date | None = None
    answered_on: date | None = None
    told_on: date | None = None
    set_on: date | None = None
    stopped_on: date | None = None
    due_on: date | None = None
    free_scheme: bool = False

    @property
    def is_voluntary(self) -> bool:
        """Told by the expert, who need not have."""
        return self.state in VOLUNTARY

    @property
    def lapses_on(self) -> date | None:
        """Until when the expert can send what was prepared."""
        if self.state != VogState.PREPARED or self.prepared_on is None:
            return None
        return self.prepared_on + rules.PREPARED_FOR

    @property
    def expected_on(self) -> date | None:
        """When an answer is to be expected."""
        if self.state != VogState.SUBMITTED or self.submitted_on is None:
            return None
        return rules.sent_terms(self.submitted_on)[0]

    @property
    def latest_on(self) -> date | None:
        """The latest day on which it comes."""
        if self.state != VogState.SUBMITTED or self.submitted_on is None:
            return None
        return rules.sent_terms(self.submitted_on)[1]

    @property
    def next_on(self) -> date | None:
        """The day that comes first, where there is one."""
        return self.lapses_on or self.latest_on or self.due_on


@dataclass(frozen=True)
class VogPage:
    """Everything of one expert and the VOG, as the own coordinator and the expert see it.

    Attributes:
        standing: a `VogStanding`.
        free_works: work for which no VOG is asked at some kind of host, of all there is.
        own_free_works: those of them that this person does.
        waits: bridge or asking again that a second person has not decided on.
    """

    standing: str
    vog: VogEvidence | None
    progress: Progress | None
    attempt: VogAttempt | None
    bridge: VogBridge | None
    bridge_works: Sequence[tuple[str, str]]
    waits: Approval | None
    waiting_bridge: VogBridge | None
    free_works: Sequence[str]
    own_free_works: Sequence[str]
    recheck_due: date | None
    bridge_from: date | None
    longest_bridge: date | None
    today: date

    @property
    def can_bridge(self) -> bool:
        """Near its end or past it, not asked again, not bridged before, and nobody decides now."""
        near = self.standing in {VogStanding.EXPIRING, VogStanding.EXPIRED}
        return near and self.bridge is None and self.waits is None


def vog_page(expert: Expert, *, now: datetime) -> VogPage:
    """The page of one expert, in a constant number of queries."""
    today = local(now).date()
    vog = (
        VogEvidence.objects.filter(expert=expert, replaced_on=None)
        .select_related("seen_by")
        .first()
    )
    bridges = list(VogBridge.objects.filter(vog=vog).select_related("asked_by", "granted_by"))
    waits = waiting(vog, bridges, now=now)
    asked = next((one for one in bridges if waits and one.pk == waits.subject), None)
    granted = next((one for one in bridges if one.granted_at), None)
    shown = granted or asked
    begins = rules.bridge_begins(vog.policy_valid_until, today=today) if vog else None
    own = _own_works(expert)
    free = free_works(on=today)
    return VogPage(
        standing=standing_of(expert, own, on=today),
        vog=vog,
        progress=progress_of(expert),
        attempt=VogAttempt.objects.filter(expert=expert).first(),
        bridge=granted,
        bridge_works=_works_of_bridge(shown) if shown else (),
        waits=waits,
        waiting_bridge=asked,
        free_works=free,
        own_free_works=[one for one in free if one in own],
        recheck_due=rules.recheck_due(local(vog.recheck_at).date())
        if vog and vog.recheck_at
        else None,
        bridge_from=begins,
        longest_bridge=rules.longest_bridge(begins) if begins else None,
        today=today,
    )


def waiting(
    vog: VogEvidence | None, bridges: Sequence[VogBridge], *, now: datetime
) -> Approval | None:
    """What a second person has not decided on, about this VOG."""
    if vog is None:
        return None
    return (
        Approval.objects.filter(
            subject__in=[vog.pk, *(one.pk for one in bridges)],
            decision=Decision.PENDING,
            expires_at__gt=now,
        )
        .select_related("asked_by")
        .order_by("asked_at")
        .first()
    )


def vog_waits(expert: Expert, *, now: datetime) -> Approval | None:
    """What a colleague asks about the VOG of somebody, for who may see nothing else of it."""
    vog = VogEvidence.objects.filter(expert=expert, replaced_on=None).first()
    return waiting(vog, list(VogBridge.objects.filter(vog=vog, granted_at=None)), now=now)


def progress_of(expert: Expert) -> Progress | None:
    """The application of one expert, opened; None where none is kept."""
    row = VogApplication.objects.filter(expert=expert).select_related("data_key").first()
    return opened(row) if row else None


def opened(row: VogApplication) -> Progress:
    """An application, read out of its box."""
    said: dict[str, Any] = row.progress
    days = {key: date.fromisoformat(said[key]) for key in said if key.endswith("_on")}
    return Progress(state=said["state"], free_scheme=bool(said.get("free_scheme")), **days)


def standing_of(expert: Expert, own: set[str], *, on: date) -> str:
    """How the VOG of somebody stands on a day: a `VogStanding`."""
    found = rules.standing(papers_of([expert.pk], on=on)[expert.pk], today=on)
    if found:
        return found
    return VogStanding.NEEDED if own & asked_works(on) else VogStanding.NOT_REQUIRED


def asked_works(on: date) -> set[str]:
    """Work for which some kind of host asks a VOG on that day."""
    return {cell[0] for cell, rule in requirements(on=on).items() if rule.level != "NONE"}


def free_works(*, on: date) -> list[str]:
    """Work for which some kind of host asks no VOG on that day, in the order of the field."""
    free = {cell[0] for cell, rule in requirements(on=on).items() if rule.level == "NONE"}
    return [one for one in Activity.values if one in free]


def bridgeable(expert: Expert, *, on: date) -> list[Requirement]:
    """The decisions of policy on the work of this expert, as they stand on that day."""
    found: dict[tuple[str, str], Requirement] = {}
    rows = in_force(on).filter(activity__in=_own_works(expert))
    for row in rows.order_by("activity", "host_kind", "valid_from"):
        found[row.activity, row.host_kind] = row
    return [row for row in found.values() if row.level == RequirementLevel.POLICY]


def _own_works(expert: Expert) -> set[str]:
    return set(ExpertActivity.objects.filter(expert=expert).values_list("activity", flat=True))


def _works_of_bridge(bridge: VogBridge) -> list[tuple[str, str]]:
    rows = VogBridgeWork.objects.filter(bridge=bridge).order_by(
        "requirement__activity", "requirement__host_kind"
    )
    return list(rows.values_list("requirement__activity", "requirement__host_kind"))


@dataclass(frozen=True)
class Letter:
    """What a coordinator can say of the work to Justis; every safeguard is true in the books.

    Attributes:
        works: work of this person for which a VOG is asked.
        has_agreements: confidentiality and code of conduct are signed.
        trained: a training was finished and its certificate seen.
    """

    day: date
    host: str
    phone: str
    works: Sequence[str]
    has_agreements: bool
    trained: bool
    max_running: int
    max_per_week: int


def letter_of(expert: Expert, *, now: datetime) -> Letter:
    """The facts of the letter that goes with an application."""
    today = local(now).date()
    papers = papers_of([expert.pk], on=today)[expert.pk]
    asked = asked_works(today)
    own = _own_works(expert)
    profile = RegionProfile.here()
    return Letter(
        day=today,
        host=profile.host.name,
        phone=profile.coordinator_phone,
        works=[one for one in Activity.values if one in own & asked],
        has_agreements={kind for kind, _code in NEEDED_AGREEMENTS} <= papers.agreements,
        trained=papers.has_training,
        max_running=expert.max_running,
        max_per_week=expert.max_per_week,
    )
