"""With whom a VOG runs, ends or has still to begin: one line a person, in the order of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.clock import local
from pool.models import Expert, ExpertActivity, VogApplication, VogAttempt, VogEvidence
from pool.queries.vog import Progress, asked_works, opened
from pool.queries.work import papers_of
from pool.rules import vog as rules
from pool.states import ExpertState, VogStanding


class FirstDay(TextChoices):
    """What happens on the day that comes first."""

    STEP = "STEP", _("next step in the application")
    ENDS = "ENDS", _("the VOG ends")
    AGAIN = "AGAIN", _("the new VOG has to be there")
    ATTEMPT = "ATTEMPT", _("from then a new attempt makes sense")


@dataclass(frozen=True)
class Line:
    """One person on the list of what runs.

    Attributes:
        on: the day that comes first, or None.
        what: what happens on that day.
        n_days: until then; negative where it has passed.
    """

    expert: Expert
    standing: str
    progress: Progress | None
    attempt: VogAttempt | None
    on: date | None
    what: FirstDay | None
    n_days: int

    @property
    def n_past(self) -> int:
        """How many days ago it was, where it has passed."""
        return -self.n_days

    @property
    def is_to_begin(self) -> bool:
        """Needed, and nobody did anything yet."""
        nothing = self.progress is None and self.attempt is None
        return nothing and self.standing == VogStanding.NEEDED


def vog_lines(experts: Sequence[Expert], *, now: datetime) -> list[Line]:
    """Of these people, those with whom something runs, ends or has to begin; the first on top."""
    today = local(now).date()
    ids: list[UUID] = [
        one.pk for one in experts if one.state != ExpertState.LEFT and not one.is_hidden
    ]
    papers = papers_of(ids, on=today)
    rows = VogApplication.objects.filter(expert__in=ids).select_related("data_key")
    running = {row.expert_id: opened(row) for row in rows}
    attempts = {row.expert_id: row for row in VogAttempt.objects.filter(expert__in=ids)}
    again = dict(
        VogEvidence.objects.filter(
            expert__in=ids, replaced_on=None, recheck_at__isnull=False
        ).values_list("expert_id", "recheck_at")
    )
    asked = asked_works(today)
    needing = set(
        ExpertActivity.objects.filter(expert__in=ids, activity__in=asked).values_list(
            "expert_id", flat=True
        )
    )
    found = []
    for expert in experts:
        if expert.pk not in papers:
            continue
        none_seen = VogStanding.NEEDED if expert.pk in needing else VogStanding.NOT_REQUIRED
        standing = rules.standing(papers[expert.pk], today=today) or none_seen
        progress, attempt = running.get(expert.pk), attempts.get(expert.pk)
        quiet = standing in {VogStanding.NOT_REQUIRED, VogStanding.VERIFIED}
        if quiet and progress is None and attempt is None:
            continue
        ends = papers[expert.pk].vog_valid_until if standing == VogStanding.EXPIRING else None
        asked_at = again.get(expert.pk)
        due = rules.recheck_due(local(asked_at).date()) if asked_at else None
        later = attempt.from_on if attempt else None
        days = {
            FirstDay.STEP: progress.next_on if progress else None,
            FirstDay.ENDS: ends,
            FirstDay.AGAIN: due,
            FirstDay.ATTEMPT: later,
        }
        coming = [(day, what) for what, day in days.items() if day is not None]
        first, what = min(coming, key=itemgetter(0), default=(None, None))
        n_days = (first - today).days if first else 0
        found.append(Line(expert, standing, progress, attempt, first, what, n_days))
    return sorted(found, key=lambda one: (one.on or date.max, one.expert.full_name.casefold()))
