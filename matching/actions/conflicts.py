"""Who knows somebody in a matter: said before any detail opens, and without a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import Refusal
from matching.actions.assignments import hand_back
from matching.actions.calls import climb_after, climb_every, start_calling
from matching.actions.rows import RequestOver, lock_expert, lock_running, lock_seat
from matching.actions.tasks import open_task
from matching.actions.waves import go_on, take_back
from matching.models import ConflictDeclaration, Offer, Request
from matching.models.requests import TaskKind
from matching.queries.gate import running_assignments
from matching.states import Conflict, DeclineReason, OfferState
from pool.models import Expert


class ConflictDeclared(Refusal):
    message = _("You said that you know somebody in this matter. Then it is better not you.")


class ConflictNotAnswered(Refusal):
    message = _("Say first whether you know anybody in this matter.")


@transaction.atomic
def declare_conflict(
    *,
    request_id: UUID,
    expert_id: UUID,
    answer: str,
    now: datetime,
    by: User | None = None,
) -> None:
    """Say whether one knows somebody, before any detail opens (domain.md 5.3). No reason is kept.

    CONFLICT closes what is open and ends what runs, within this transaction, and is never asked
    again for this request; a coordinator finds somebody else. UNSURE opens nothing and asks a
    coordinator to call.

    Raises:
        Request.DoesNotExist: also where this expert was never asked; the two look the same.
        RequestOver.
    """
    try:
        expert = lock_expert(expert_id)
    except Expert.DoesNotExist:
        # Lent from another region until a moment ago.
        raise RequestOver from None
    request = lock_running(request_id)
    offers = Offer.objects.filter(seat__request=request, expert_id=expert_id)
    if not offers.exists():
        raise Request.DoesNotExist
    answer = Conflict(answer)
    write_declaration(request, expert, answer, now=now)
    # Not what was said: the log stays for years after the row that holds it is gone.
    audit.record("conflict.declared", by=by, at=now, subject=expert_id, target=request)
    if answer == Conflict.NO_CONFLICT:
        return
    _ask_coordinator(request, offers[0], now=now)
    if answer == Conflict.UNSURE:
        return
    for offer in offers.filter(state=OfferState.OPEN):
        seat = lock_seat(offer.seat_id)
        Offer.objects.filter(pk=offer.pk).update(reason=DeclineReason.CONFLICT, by_link=by is None)
        take_back([offer], OfferState.DECLINED, now=now, keeps_link=by is None)
        go_on(seat, now=now)
    for assignment in running_assignments(request):
        if assignment.expert_id == expert_id:
            assignment.seat = lock_seat(assignment.seat_id)
            hand_back(assignment, OfferState.UNDONE, by=by, now=now)
            go_on(assignment.seat, now=now)


def require_no_conflict(request: Request, expert_id: UUID) -> None:
    """Raise ConflictDeclared or ConflictNotAnswered, unless the expert knows nobody here."""
    said = ConflictDeclaration.objects.filter(request=request, expert_id=expert_id).first()
    if said is not None and said.answer == Conflict.CONFLICT:
        raise ConflictDeclared
    if said is None or said.answer != Conflict.NO_CONFLICT:
        raise ConflictNotAnswered


def write_declaration(request: Request, expert: Expert, answer: Conflict, *, now: datetime) -> None:
    """Keep the answer beside the request; the last one stands."""
    ConflictDeclaration.objects.update_or_create(
        request=request,
        expert=expert,
        defaults={
            "answer": answer,
            "declared_at": now,
            "lent_from": expert.region_id if expert.is_lent else None,
        },
    )


def _ask_coordinator(request: Request, offer: Offer, *, now: datetime) -> None:
    task = open_task(
        TaskKind.CONFLICT,
        request=request,
        expert=offer.expert,
        due_at=now + timedelta(minutes=request.policy.call_back),
        once_per=f"conflict:{request.pk}:{offer.expert_id}",
        now=now,
    )
    start_calling(task, now=now, every=climb_every(request), calm_until=now + climb_after(request))
