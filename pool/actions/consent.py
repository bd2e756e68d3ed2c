"""Saying yes to being in the pool, taking it back, and asking to put something right."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.errors import NotAllowed, Refusal
from pool.actions.experts import locked
from pool.consent import CURRENT, consent_text
from pool.models import Consent, Correction, CorrectionField, Expert
from pool.permissions import is_self, may_record_papers, require_edit
from pool.signals import consent_given, consent_withdrawn, correction_asked, correction_done
from pool.states import ExpertState

MOST_WISHES = 5


class WordsChanged(Refusal):
    message = _("The words have changed since you opened this page. Read them again.")


class AlreadyLeft(Refusal):
    message = _("You are not in the pool any more. There is nothing to take back.")


class TooManyWishes(Refusal):
    message = _("Five questions wait for an answer already. Call your coordinator.")


class DealtWith(Refusal):
    message = _("This was dealt with already.")


@transaction.atomic
def give_consent(
    *, expert_id: UUID, version: int, language: str, by: User, now: datetime
) -> Consent:
    """Say yes to one text. Where consent was taken back, the profile is there again.

    Only the expert says yes. Saying it twice changes nothing.

    Raises:
        Expert.DoesNotExist, NotAllowed, WordsChanged, AlreadyLeft: nothing was changed.
    """
    expert = locked(expert_id)
    if not is_self(by, expert):
        raise NotAllowed("")
    if expert.state == ExpertState.LEFT:
        raise AlreadyLeft
    if version != CURRENT:
        raise WordsChanged
    text = consent_text(version, language)
    running = Consent.objects.filter(expert=expert, withdrawn_at=None).first()
    if running is not None and running.version == version:
        return running
    if running is not None:
        _end(running, by, now)
    given: Consent = Consent.objects.create(
        expert=expert,
        version=text.version,
        language=text.language,
        text_hash=text.sha256,
        given_at=now,
        given_by=by,
    )
    was_hidden = expert.is_hidden
    Expert.objects.filter(pk=expert.pk).update(hidden_at=None)
    expert.hidden_at = None
    audit.record("consent.given", by=by, at=now, subject=expert.pk, target=given, version=version)
    if was_hidden:
        consent_given.send(sender=None, expert=expert, now=now)
    return given


@transaction.atomic
def withdraw_consent(*, expert_id: UUID, by: User, now: datetime) -> Expert:
    """Take consent back: from this moment no list, no question, no name. No reason is asked.

    The expert, or a coordinator on the expert's word. Twice changes nothing.

    Raises:
        Expert.DoesNotExist, NotAllowed, AlreadyLeft: nothing was changed.
    """
    expert = locked(expert_id)
    require_edit(by, expert)
    if expert.state == ExpertState.LEFT:
        raise AlreadyLeft
    if expert.is_hidden:
        return expert
    for running in Consent.objects.filter(expert=expert, withdrawn_at=None):
        _end(running, by, now)
    Expert.objects.filter(pk=expert.pk).update(hidden_at=now)
    expert.hidden_at = now
    audit.record(
        "consent.withdrawn",
        by=by,
        at=now,
        subject=expert.pk,
        target=expert,
        on_behalf_of=None if is_self(by, expert) else expert.user_id,
    )
    consent_withdrawn.send(sender=None, expert=expert, now=now)
    return expert


@transaction.atomic
def ask_correction(
    *, expert_id: UUID, field: CorrectionField, wish: str, by: User, now: datetime
) -> Correction:
    """Ask the coordinator to put right what the expert cannot change alone.

    Raises:
        Expert.DoesNotExist, NotAllowed, TooManyWishes: nothing was changed.
    """
    expert = locked(expert_id)
    if not is_self(by, expert):
        raise NotAllowed("")
    if Correction.objects.filter(expert=expert, done_at=None).count() >= MOST_WISHES:
        raise TooManyWishes
    correction = Correction(
        data_key=expert.data_key,
        expert=expert,
        field=CorrectionField(field),
        wish=wish.strip(),
        asked_at=now,
    )
    correction.save(force_insert=True)
    audit.record(
        "correction.asked",
        by=by,
        at=now,
        subject=expert.pk,
        target=correction,
        field=str(correction.field),
    )
    correction_asked.send(sender=None, correction=correction, now=now)
    return correction


@transaction.atomic
def answer_correction(
    *, correction_id: UUID, is_granted: bool, by: User, now: datetime
) -> Correction:
    """Say that it was put right, or that it stays; the words of the wish go.

    Raises:
        Correction.DoesNotExist, NotAllowed, DealtWith: nothing was changed.
    """
    correction = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("expert", "data_key")
        .get(pk=correction_id)
    )
    if not may_record_papers(by, correction.expert):
        raise NotAllowed("")
    if correction.done_at is not None:
        raise DealtWith
    correction.wish, correction.is_granted = None, is_granted
    correction.done_at, correction.done_by = now, by
    correction.save(update_fields=["wish", "is_granted", "done_at", "done_by"])
    audit.record(
        "correction.answered",
        by=by,
        at=now,
        subject=correction.expert_id,
        target=correction,
        granted=is_granted,
    )
    correction_done.send(sender=None, correction=correction, now=now)
    return correction


def _end(consent: Consent, by: User, now: datetime) -> None:
    consent.withdrawn_at, consent.withdrawn_by = now, by
    consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
