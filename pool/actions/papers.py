"""Writing down what was seen on paper."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.clock import local
from core.errors import Refusal
from pool.models import (
    Agreement,
    Expert,
    RegionProfile,
    Training,
    VogEvidence,
)
from pool.permissions import require_record_papers
from pool.rules import add_months
from pool.vocabulary import ScreeningKind


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
