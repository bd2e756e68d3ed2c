"""Asking one more person while somebody else still has the question."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import Refusal
from matching.actions.choices import following_of
from matching.actions.rows import lock_seat
from matching.actions.waves import ask_one
from matching.models import Offer, Wave
from matching.permissions import require_coordinator
from matching.queries.fit import look
from matching.queries.terms import answer_by
from matching.states import WaveState


class NobodyIsAsked(Refusal):
    message = _("Nobody is being asked now. Choose somebody from the list.")


class NobodyLeftToAsk(Refusal):
    message = _("Nobody else on the list can be asked now.")


@transaction.atomic
def ask_next_too(*, seat_id: UUID, by: User, now: datetime) -> Offer:
    """Ask the next of the running list as well; the first yes wins, as always.

    Judged again at this moment. The round grows by one, so that an answer of one of them does
    not look like a free place.

    Raises:
        Seat.DoesNotExist, NotAllowed, NobodyIsAsked, NobodyLeftToAsk: nothing was changed.
    """
    require_coordinator(by)
    seat = lock_seat(seat_id)
    wave = Wave.objects.filter(seat=seat, state=WaveState.ACTIVE).first()
    if wave is None:
        raise NobodyIsAsked
    following = following_of(seat, wave, look(seat, now=now))
    if not following:
        raise NobodyLeftToAsk
    wave.seat = seat
    Wave.objects.filter(pk=wave.pk).update(size=wave.size + 1)
    offer = ask_one(wave, following[0], now=now, deadline_at=answer_by(seat.request, asked_at=now))
    audit.record(
        "wave.widened", by=by, at=now, subject=seat.request.case_id, target=wave, size=wave.size + 1
    )
    return offer
