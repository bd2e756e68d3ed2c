"""Looking at the pool, keeping what was found, and who comes next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.errors import Refusal
from matching.actions.rows import lock_seat
from matching.models import Decision, Offer, Seat, Wave
from matching.permissions import require_coordinator
from matching.queries.fit import Fit, look
from matching.states import OfferState, Release

# Of a look at a large pool by machine; more than anybody reads or asks.
MOST_KEPT = 50


class DoesNotFit(Refusal):
    message = _("Somebody on your list cannot take this now. Look at the list again.")


@transaction.atomic
def decide(*, seat_id: UUID, by: User | None, now: datetime) -> Decision:
    """Look at the whole pool for one seat and keep what was found, with every reason.

    Raises:
        Seat.DoesNotExist, NotAllowed.
    """
    require_coordinator(by)
    seat = lock_seat(seat_id)
    return keep(look(seat, now=now, with_reasons=True), seat, by=by, now=now)


def explained(fit: Fit, seat: Seat, *, now: datetime) -> Fit:
    """`fit` with the reasons of everybody: nobody is left to ask, and a human takes over."""
    return fit if fit.is_whole else look(seat, now=now, with_reasons=True)


def checked(experts: Sequence[UUID], fit: Fit) -> list[UUID]:
    """The list of a coordinator, each once, each able to do the work."""
    order = list(dict.fromkeys(experts))
    if not set(order) <= set(fit.fitting) | asked_before(fit):
        raise DoesNotFit
    return order


def asked_before(fit: Fit) -> set[UUID]:
    """Those against whom nothing speaks but an earlier offer of this request."""
    return {
        expert_id
        for expert_id, found in fit.excluded
        if {one.code for one in found} == {"ALREADY_OFFERED"}
    }


def following_of(seat: Seat, last: Wave, fit: Fit) -> list[UUID]:
    """Who comes next: of the listed order those who can still be asked, and then newcomers."""
    request = seat.request
    # Whoever lost to somebody faster has not answered, and may be asked again after an undo.
    asked = Offer.objects.filter(seat__request=request).exclude(state=OfferState.SUPERSEDED)
    since = Q(offered_at__gte=last.started_at)
    busy = set(
        asked.filter(since | Q(state__in=[OfferState.OPEN, OfferState.ACCEPTED])).values_list(
            "expert_id", flat=True
        )
    )
    able = set(fit.fitting) | asked_before(fit)
    order = [expert_id for expert_id in last.order if expert_id in able and expert_id not in busy]
    if request.policy.release(request.urgency) == Release.AUTOMATIC:
        known = {*order, *asked.values_list("expert_id", flat=True)}
        order += [expert_id for expert_id in fit.fitting if expert_id not in known]
    return order


def keep(fit: Fit, seat: Seat, *, by: User | None, now: datetime) -> Decision:
    """Store a look at the pool: codes and numbers only; sentences are made when somebody reads.

    Of a look that did not judge everybody, the best are kept and nobody's reasons.
    """
    decision = Decision(
        seat=seat,
        made_at=now,
        made_by=by,
        by_machine=by is None,
        ranked=[
            {
                "expert": str(one.expert_id),
                "score": one.score,
                "parts": [
                    {"code": part.code, "points": part.points, "fact": part.fact}
                    for part in one.parts
                ],
            }
            for one in (fit.ranked if fit.is_whole else fit.ranked[:MOST_KEPT])
        ],
        excluded=[
            {
                "expert": str(expert_id),
                "objections": [{"code": one.code, "facts": one.facts} for one in found],
            }
            for expert_id, found in (fit.excluded if fit.is_whole else ())
        ],
    )
    decision.save(force_insert=True)
    return decision
