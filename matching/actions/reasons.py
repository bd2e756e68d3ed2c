"""Why not, after a no: only for who wants to say it, and never at a price."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import audit
from core.access.models import User
from matching.actions.conflicts import write_declaration
from matching.actions.offers import OfferClosed
from matching.actions.tasks import open_task
from matching.models import Offer
from matching.models.requests import TaskKind
from matching.permissions import require_answerer
from matching.states import RUNNING, Conflict, DeclineReason, OfferState
from pool.actions import begin_rest


def heed_too_heavy(offer: Offer, *, now: datetime) -> None:
    """Somebody said that it is too heavy now: rest begins, and a coordinator calls.

    Nobody who asked hears of it, and it is counted nowhere.
    """
    begin_rest(expert=offer.expert, source=offer.pk, now=now)
    open_task(
        TaskKind.TOO_HEAVY,
        expert=offer.expert,
        due_at=now + timedelta(days=1),
        once_per=f"too-heavy:{offer.pk}",
        now=now,
    )


@transaction.atomic
def give_reason(
    *, offer_id: UUID, expert_id: UUID, reason: str, now: datetime, by: User | None = None
) -> None:
    """Add a reason to a no that was given. The first one stands; giving it twice is harmless.

    A conflict closes the request for this expert; "too heavy" begins a rest and asks a
    coordinator to call. Neither is counted.

    Raises:
        Offer.DoesNotExist: no such offer, or not theirs. OfferClosed: there is no no to explain.
    """
    offer = Offer.objects.select_related("expert", "seat__request").get(
        pk=offer_id, expert_id=expert_id
    )
    require_answerer(by, offer.expert)
    if offer.state != OfferState.DECLINED or reason not in DeclineReason.values:
        raise OfferClosed
    given = Offer.objects.filter(pk=offer.pk, reason="").update(reason=reason)
    if not given:
        return
    audit.record("offer.explained", by=by, at=now, subject=expert_id, target=offer)
    if reason == DeclineReason.TOO_HEAVY:
        heed_too_heavy(offer, now=now)
    if reason == DeclineReason.CONFLICT and offer.seat.request.state in RUNNING:
        write_declaration(offer.seat.request, offer.expert, Conflict.CONFLICT, now=now)
