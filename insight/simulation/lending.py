"""Lending in the demo: somebody who works here, somebody who is asked, a question that waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core import approvals, clock
from core.access.scope import region_scope
from core.approvals.models import Approval, Decision
from insight.simulation.regions import Stage
from pool import actions as pool
from pool.models import LendingGrant

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def lend_around(stages: Sequence[Stage], *, now: datetime) -> None:
    """Kennemerland lends Corné to Amstelland; Ruben is asked back; Zaanstreek asks as well."""
    amstelland, kennemerland, zaanstreek = stages[:3]
    today = clock.local(now).date()
    terms = pool.Terms({"BUDDY_1ON1"}, today - 20 * DAY, today + 100 * DAY, 40)
    then = now - 20 * DAY
    lent = _granted(kennemerland, "Corné", amstelland, terms, now=then)
    own = kennemerland.experts["Corné"].user
    with region_scope(kennemerland.region.pk):
        if own is not None:
            pool.agree_to_lending(grant_id=lent.pk, own_km=30, by=own, now=then + 3 * HOUR)
    coming = pool.Terms({"BUDDY_1ON1"}, today, today + 60 * DAY, 30)
    _granted(amstelland, "Ruben", kennemerland, coming, now=now - 2 * HOUR)
    with region_scope(zaanstreek.region.pk):
        pool.ask_to_lend(
            lender_id=amstelland.region.pk,
            terms=pool.Terms({"WORKSHOP_PRO"}, today + 10 * DAY, today + 40 * DAY, 25),
            by=zaanstreek.coordinators[0],
            now=now - 5 * HOUR,
        )


def _granted(
    home: Stage, name: str, to: Stage, terms: pool.Terms, *, now: datetime
) -> LendingGrant:
    """Proposed by the first coordinator, granted by the second."""
    first, second = home.coordinators[:2]
    with region_scope(home.region.pk):
        grant = pool.propose_lending(
            expert_id=home.experts[name].pk,
            borrower_id=to.region.pk,
            terms=terms,
            by=first,
            now=now,
        )
        waits = Approval.objects.get(subject=grant.pk, decision=Decision.PENDING)
        approvals.approve(approval_id=waits.pk, by=second, now=now + HOUR)
    return grant
