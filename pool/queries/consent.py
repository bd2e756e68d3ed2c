"""Who said yes to being in the pool, who took it back, and who has not answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from pool.models import Consent, Expert, RegionRule, RuleKind
from pool.queries.agreed import rules_on
from pool.states import ExpertState


def is_unanswered(expert: Expert) -> bool:
    """Whether this expert said neither yes nor no."""
    if expert.is_hidden or expert.state == ExpertState.LEFT:
        return False
    return not Consent.objects.filter(expert=expert, withdrawn_at=None).exists()


def unanswered() -> QuerySet[Expert]:
    """Everybody of the pool who said neither yes nor no, with the key of the name."""
    yes = Consent.objects.filter(withdrawn_at=None).values("expert")
    rows = Expert.objects.filter(hidden_at=None).exclude(state=ExpertState.LEFT)
    return rows.exclude(pk__in=yes).select_related("data_key", "coordinator")


@dataclass(frozen=True)
class Awaited:
    """The people whose answer is awaited, by name.

    Attributes:
        since: from this day on they get no new work; None where the region asks nothing.
        coming: the day from which it will be so; None where none is planned.
    """

    people: list[Expert]
    since: date | None
    coming: date | None


def awaited(*, on: date) -> Awaited:
    """Who has not answered, and from which day that counts."""
    people = sorted(unanswered(), key=lambda one: (one.full_name.casefold(), one.pk))
    return Awaited(people, *consent_term(on=on))


def consent_term(*, on: date) -> tuple[date | None, date | None]:
    """(the day since which new work asks for a yes, the day from which it will)."""
    now = rules_on(on).filter(kind=RuleKind.CONSENT, amount=1).first()
    later = RegionRule.objects.filter(
        kind=RuleKind.CONSENT, amount=1, replaced_at=None, valid_from__gt=on
    )
    coming = None if now else later.order_by("valid_from").first()
    return now.valid_from if now else None, coming.valid_from if coming else None
