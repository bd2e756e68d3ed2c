"""Writing down what was seen on paper, and what the region asks for which work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import OrganisationKind, Role, User
from core.access.permissions import require_role
from core.clock import local
from core.errors import Refusal
from pool.models import (
    Agreement,
    Expert,
    RegionProfile,
    Requirement,
    Training,
    VogEvidence,
)
from pool.permissions import require_record_papers
from pool.rules import add_months
from pool.vocabulary import Activity, RequirementLevel, ScreeningKind


class DatesOutOfOrder(Refusal):
    message = _("These dates do not follow each other. Look again.")


class NotSeenYet(Refusal):
    message = _("Write down only what you have seen: this date is in the future.")


class CodesMissing(Refusal):
    message = _("Write down at least one code of the profile.")


@transaction.atomic
def record_vog(  # noqa: PLR0913  what the paper says
    *,
    expert_id: UUID,
    issue_date: date,
    seen_on: date,
    profile_kind: str,
    profile_codes: Collection[str],
    authenticity_checked: bool,
    by: User,
    now: datetime,
    policy_valid_until: date | None = None,
    function_label: str = "",
    organisation_label: str = "",
) -> VogEvidence:
    """Write down a VOG that was seen; the one before it stops counting. Nothing is stored of it.

    Without `policy_valid_until`, the region's number of calendar months after the issue counts.

    Raises:
        Expert.DoesNotExist, NotAllowed: nothing was changed.
        DatesOutOfOrder, NotSeenYet, CodesMissing: nothing was changed.
    """
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    require_record_papers(by, expert)
    today = local(now).date()
    if policy_valid_until is None:
        policy_valid_until = valid_until_by_policy(issue_date)
    if seen_on > today:
        raise NotSeenYet
    if not issue_date <= seen_on or policy_valid_until <= issue_date:
        raise DatesOutOfOrder
    if not profile_codes:
        raise CodesMissing
    VogEvidence.objects.filter(expert=expert, replaced_on=None).update(replaced_on=today)
    evidence = VogEvidence.objects.create(
        expert=expert,
        issue_date=issue_date,
        seen_on=seen_on,
        seen_by=by,
        authenticity_checked=authenticity_checked,
        profile_kind=ScreeningKind(profile_kind),
        profile_codes=sorted(set(profile_codes)),
        function_label=function_label.strip(),
        organisation_label=organisation_label.strip(),
        policy_valid_until=policy_valid_until,
    )
    audit.record("paper.recorded", by=by, at=now, subject=expert.pk, target=evidence, kind="VOG")
    return evidence


def valid_until_by_policy(issue_date: date) -> date:
    """First day on which this region no longer relies on a VOG of `issue_date`."""
    return add_months(issue_date, RegionProfile.here().vog_policy_months)


@transaction.atomic
def record_training(  # noqa: PLR0913  what the certificate says
    *,
    expert_id: UUID,
    kind: str,
    started_on: date,
    by: User,
    now: datetime,
    provider: str = "",
    level: int = 1,
    completed_on: date | None = None,
    certificate_seen_on: date | None = None,
    expires_on: date | None = None,
) -> Training:
    """Write down a course; it counts once the certificate was seen.

    Raises:
        Expert.DoesNotExist, NotAllowed, DatesOutOfOrder, NotSeenYet: nothing was changed.
    """
    expert = Expert.objects.get(pk=expert_id)
    require_record_papers(by, expert)
    _require_seen(certificate_seen_on, now)
    if completed_on is not None and completed_on < started_on:
        raise DatesOutOfOrder
    if certificate_seen_on is not None and completed_on is None:
        raise DatesOutOfOrder
    training = Training.objects.create(
        expert=expert,
        kind=kind,
        provider=provider.strip(),
        level=level,
        started_on=started_on,
        completed_on=completed_on,
        certificate_seen_on=certificate_seen_on,
        expires_on=expires_on,
    )
    audit.record(
        "paper.recorded", by=by, at=now, subject=expert.pk, target=training, kind="TRAINING"
    )
    return training


@transaction.atomic
def record_agreement(  # noqa: PLR0913  what was signed
    *,
    expert_id: UUID,
    kind: str,
    signed_on: date,
    by: User,
    now: datetime,
    valid_until: date | None = None,
) -> Agreement:
    """Write down a signed agreement. Earlier ones of the same kind stay; the dates decide.

    Raises:
        Expert.DoesNotExist, NotAllowed, DatesOutOfOrder, NotSeenYet: nothing was changed.
    """
    expert = Expert.objects.get(pk=expert_id)
    require_record_papers(by, expert)
    _require_seen(signed_on, now)
    if valid_until is not None and valid_until < signed_on:
        raise DatesOutOfOrder
    agreement = Agreement.objects.create(
        expert=expert, kind=kind, signed_on=signed_on, valid_until=valid_until
    )
    audit.record("paper.recorded", by=by, at=now, subject=expert.pk, target=agreement, kind=kind)
    return agreement


def _require_seen(day: date | None, now: datetime) -> None:
    if day is not None and day > local(now).date():
        raise NotSeenYet


# --- The matrix of the region -----------------------------------------------------------------


@transaction.atomic
def set_requirement(  # noqa: PLR0913  one cell of the matrix
    *,
    activity: str,
    host_kind: str,
    level: str,
    valid_from: date,
    by: User | None,
    now: datetime,
    profile_kind: str = "",
    profile_code: str = "",
) -> Requirement:
    """Decide what one kind of work asks at one kind of host, from `valid_from` on.

    The rule before it ends on that day; one that began later is replaced as well.

    Raises:
        NotAllowed: this is for the regional administrator.
        CodesMissing: a kind of profile without a code, or the other way round.
    """
    if by is not None:
        require_role(by, Role.REGIONAL_ADMIN)
    if bool(profile_kind) != bool(profile_code):
        raise CodesMissing
    cell = Requirement.objects.filter(
        activity=Activity(activity), host_kind=OrganisationKind(host_kind)
    )
    cell.filter(valid_from__gte=valid_from).delete()
    cell.filter(Q(valid_to=None) | Q(valid_to__gt=valid_from)).update(valid_to=valid_from)
    requirement = Requirement.objects.create(
        activity=activity,
        host_kind=host_kind,
        level=RequirementLevel(level),
        profile_kind=profile_kind,
        profile_code=profile_code,
        valid_from=valid_from,
    )
    audit.record(
        "requirement.set",
        by=by,
        at=now,
        target=requirement,
        activity=activity,
        host_kind=host_kind,
        level=level,
    )
    return requirement


# Work without people who need protection (domain.md 2.8); at no host a VOG is asked for it.
FREE_WORK = frozenset(
    {Activity.POLICY, Activity.TRAINING_DEV, Activity.INFO, Activity.WORKSHOP_PRO, Activity.CONSULT}
)
# Who works there with people in a report needs a VOG by law (Wmo 2015, 4.2.4; Jeugdwet).
HOSTS_BY_LAW = frozenset({OrganisationKind.VEILIG_THUIS, OrganisationKind.YOUTH_PROTECTION})


@transaction.atomic
def adopt_usual_requirements(*, valid_from: date, by: User | None, now: datetime) -> int:
    """Fill the cells that the region did not decide on with what is usual. Returns how many.

    Raises:
        NotAllowed: this is for the regional administrator.
    """
    if by is not None:
        require_role(by, Role.REGIONAL_ADMIN)
    decided = set(Requirement.objects.values_list("activity", "host_kind"))
    rows = [
        _usual(activity, host_kind, valid_from)
        for activity in Activity
        for host_kind in OrganisationKind
        if (activity.value, host_kind.value) not in decided
    ]
    Requirement.objects.bulk_create(rows)
    audit.record("requirement.adopted", by=by, at=now, n=len(rows))
    return len(rows)


def _usual(activity: Activity, host_kind: OrganisationKind, valid_from: date) -> Requirement:
    if activity in FREE_WORK:
        return Requirement(
            activity=activity,
            host_kind=host_kind,
            level=RequirementLevel.NONE,
            valid_from=valid_from,
        )
    by_law = host_kind in HOSTS_BY_LAW
    return Requirement(
        activity=activity,
        host_kind=host_kind,
        level=RequirementLevel.LEGAL if by_law else RequirementLevel.POLICY,
        profile_kind=ScreeningKind.ASPECT,
        profile_code="85",
        valid_from=valid_from,
    )
