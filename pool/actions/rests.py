"""Something was too heavy: rest begins now, and a coordinator calls. Why is asked nowhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import User
from core.access.permissions import require_role
from core.access.scope import region_scope
from core.clock import local
from core.errors import Refusal
from pool.models import Expert, Rest, SupportOverride
from pool.models.training import LONGEST_REST_OVERRIDE
from pool.permissions import STAFF
from pool.vocabulary import REASONS_FOR, Overridden, OverrideReason


class RestTooLong(Refusal):
    message = _("An exception ends within a week. Choose an earlier moment to come.")


class OtherReason(Refusal):
    message = _("Choose why. Nothing has changed yet.")


@transaction.atomic
def begin_rest(*, expert: Expert, source: UUID, now: datetime) -> Rest:
    """Let an expert rest from this moment, as long as after a heavy contact.

    `source` is the row that gave cause; the same one twice begins no second rest.

    It stands where the expert is at home, whoever heard it. The log says that there is a rest,
    and nothing of the cause.
    """
    with region_scope(expert.region_id):
        rest, is_new = Rest.objects.get_or_create(
            expert=expert, source=source, defaults={"began_at": now}
        )
        if is_new:
            audit.record("rest.began", by=None, at=now, subject=expert.pk, target=rest)
    return rest


@transaction.atomic
def end_rest(*, expert: Expert, source: UUID, now: datetime) -> None:
    """What gave cause was taken back: there is no rest. Twice is harmless."""
    with region_scope(expert.region_id):
        n_gone, _rows = Rest.objects.filter(expert=expert, source=source).delete()
        if n_gone:
            audit.record("rest.ended", by=None, at=now, subject=expert.pk)


@transaction.atomic
def allow_despite_rest(  # noqa: PLR0913  (whom, for what, why, until when)
    *,
    expert_id: UUID,
    request_id: UUID,
    reason: str,
    until_at: datetime,
    by: User,
    now: datetime,
) -> SupportOverride:
    """Let somebody who rests be asked for one request: contact that begins before `until_at`.

    The one before it, for the same request, ends. Whoever coordinates may, because at night the
    own coordinator is not there.

    Raises:
        Expert.DoesNotExist, NotAllowed, OtherReason: nothing was changed.
        RestTooLong: the moment has passed, or is more than a week off.
    """
    require_role(by, *STAFF)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    if reason not in REASONS_FOR[Overridden.REST]:
        raise OtherReason
    if not now < until_at <= now + LONGEST_REST_OVERRIDE:
        raise RestTooLong
    running = SupportOverride.objects.filter(
        expert=expert, what=Overridden.REST, request_id=request_id, ended_at=None
    )
    running.update(ended_at=now, ended_by=by)
    override: SupportOverride = SupportOverride.objects.create(
        expert=expert,
        what=Overridden.REST,
        request_id=request_id,
        reason=OverrideReason(reason),
        from_on=local(now).date(),
        until_on=local(until_at).date(),
        until_at=until_at,
        given_at=now,
        given_by=by,
    )
    audit.record(
        "rest.overridden",
        by=by,
        at=now,
        subject=expert.pk,
        target=override,
        purpose=request_id,
        reason=override.reason,
    )
    return override


@transaction.atomic
def end_rest_override(*, expert_id: UUID, request_id: UUID, by: User, now: datetime) -> None:
    """Take the exception back. Twice is harmless.

    Raises:
        Expert.DoesNotExist, NotAllowed.
    """
    require_role(by, *STAFF)
    expert = Expert.objects.select_for_update(of=("self",)).get(pk=expert_id)
    running = SupportOverride.objects.filter(
        expert=expert, what=Overridden.REST, request_id=request_id, ended_at=None
    )
    if running.update(ended_at=now, ended_by=by):
        audit.record("rest.override_ended", by=by, at=now, subject=expert.pk, purpose=request_id)
