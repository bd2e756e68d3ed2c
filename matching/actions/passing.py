"""A professional leaves: what was open passes to the deputy, or to a coordinator as a task."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.actions import deputy_of
from core.access.models import Membership, Role, User
from core.errors import Refusal
from matching import signals
from matching.actions import notices
from matching.actions.gate_voids import void_for
from matching.actions.rows import lock_request, lock_running
from matching.actions.tasks import open_task, settle_tasks
from matching.models import Request
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator
from matching.reference import Cause
from matching.states import RUNNING


class NotAColleague(Refusal):
    message = _("Choose somebody who works for the organisation that asked.")


@transaction.atomic
def pass_on(*, membership: Membership, by: User | None, now: datetime) -> int:
    """Pass every running request of somebody whose role stopped. Returns how many.

    The deputy of today gets them and hears it; without one a coordinator chooses a colleague.
    """
    rows = Request.objects.filter(
        requester=membership.user, organisation=membership.organisation, state__in=RUNNING
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    deputy = deputy_of(membership, now=now) if ids else None
    for request_id in ids:
        request = lock_request(request_id)
        if deputy is not None:
            _give(request, deputy, by=by, now=now)
            continue
        open_task(
            TaskKind.HANDOVER,
            request=request,
            due_at=now + timedelta(minutes=request.policy.call_back),
            once_per=f"handover:{request.pk}:{membership.pk.hex[:12]}:{now:%Y%m%dT%H%M}",
            now=now,
        )
    if ids:
        notices.tell_left(membership.user, once_per=f"passed-on:{membership.pk}", now=now)
    return len(ids)


@transaction.atomic
def hand_over_request(*, request_id: UUID, membership_id: UUID, by: User, now: datetime) -> Request:
    """Let a colleague of the asking organisation go on with a request.

    Raises:
        Request.DoesNotExist, NotAllowed, RequestOver, NotAColleague: nothing was changed.
    """
    require_coordinator(by)
    request = lock_running(request_id)
    chosen = next((one for one in colleagues(request, now=now) if one.pk == membership_id), None)
    if chosen is None:
        raise NotAColleague
    if chosen.user_id != request.requester_id:
        _give(request, chosen, by=by, now=now)
    return request


def colleagues(request: Request, *, now: datetime) -> list[Membership]:
    """Who could go on with a request: professionals of the organisation whose role is open."""
    rows = Membership.objects.filter(
        organisation=request.organisation_id,
        role=Role.PROFESSIONAL,
        ended_at=None,
        lapsed_at=None,
    ).exclude(confirm_by__lte=now)
    return list(rows.select_related("user").order_by("user__name", "pk"))


def _give(request: Request, to: Membership, *, by: User | None, now: datetime) -> None:
    before = request.requester
    request.requester = to.user
    changed = ["requester"]
    if request.case_manager_name == before.name:
        # That person does not answer any more; the number has to be tried again.
        request.case_manager_name, request.case_manager_phone = to.user.name, to.phone
        changed += ["case_manager_name", "case_manager_phone"]
    request.save(update_fields=changed)
    settle_tasks(TaskKind.HANDOVER, request=request, now=now)
    notices.tell_requester(
        request,
        "matching/taken_over",
        once_per=f"taken-over:{request.pk}:{now:%Y%m%dT%H%M}",
        now=now,
    )
    audit.record(
        "request.passed_on",
        by=by,
        at=now,
        subject=request.case_id,
        target=request,
        purpose=request.pk,
        to=str(to.user_id),
    )
    if len(changed) > 1:
        void_for(request.pk, {Cause.NUMBERS}, now=now)
    signals.request_passed_on.send(sender=None, request=request, before=before, to=to.user, now=now)
