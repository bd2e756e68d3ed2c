"""Pages of who works here: organisations and people, invitations, roles, the second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import approvals, audit, clock
from core.access import actions
from core.access.models import Invitation, Membership, OrganisationKind, Role, User
from core.access.people import queries
from core.access.people.forms import InviteForm, RoleForm
from core.access.permissions import allow, has_role
from core.access.scope import region_or_none
from core.errors import NotAllowed, Refusal

KEEPERS = (Role.COORDINATOR, Role.REGIONAL_ADMIN)


@allow(*KEEPERS)
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """Organisations with their people, and who was invited."""
    now, user = clock.now(), _person(request)
    board = queries.board(reader=user, now=now)
    audit.record("people.listed", by=user, at=now, n=board.n_people)
    return render(request, "core/people_list.html", {"board": board, "now": now})


@allow(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_new(request: HttpRequest) -> HttpResponse:
    """Invite somebody, for an organisation that is there or that is added here."""
    user = _person(request)
    roles = [role for role in queries.SHOWN if queries.may_grant(user, role)]
    form = InviteForm(
        request.POST or None, roles=roles, initial={"organisation": request.GET.get("bij", "")}
    )
    if form.is_valid() and _done(form, lambda: _invite(form.cleaned_data, user)):
        waits = form.cleaned_data["role"] in actions.STAFF_ROLES
        messages.success(
            request,
            _("A second administrator has to agree. Then the invitation leaves.")
            if waits
            else _("The invitation is on its way."),
        )
        return redirect("core:people")
    return render(
        request, "core/invitation_form.html", {"form": form}, status=422 if form.is_bound else 200
    )


@transaction.atomic
def _invite(given: dict[str, Any], by: User) -> None:
    # One transaction: an invitation that is refused leaves no organisation behind.
    now, organisation = clock.now(), given["organisation"]
    if given["new_name"]:
        organisation = actions.add_organisation(
            name=given["new_name"],
            kind=OrganisationKind(given["new_kind"]),
            out_of_hours_phone=given["new_phone"],
            by=by,
            now=now,
        )
    actions.invite(
        email=given["email"],
        name=given["name"],
        role=Role(given["role"]),
        organisation=organisation,
        phone=given["phone"],
        by=by,
        now=now,
    )


@allow(*KEEPERS)
@require_POST
def invitation_again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Send an invitation again, with three new days."""
    try:
        _shown_invitation(invitation_id)
        actions.send_again(invitation_id=invitation_id, by=_person(request), now=clock.now())
    except Invitation.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Done. The earlier link does not work any more."))
    return redirect("core:people")


@allow(*KEEPERS)
@require_POST
def invitation_withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    try:
        _shown_invitation(invitation_id)
        actions.withdraw_invitation(
            invitation_id=invitation_id, by=_person(request), now=clock.now()
        )
    except Invitation.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Withdrawn. The link does not work any more."))
    return redirect("core:people")


@allow(*KEEPERS)
@require_safe
def membership_detail(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Somebody in a role: how to reach them, another role, the end of it."""
    return _detail(request, _membership(membership_id), _role_form(membership_id))


@allow(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Say what ending a role means, then end it."""
    one, user = _membership(membership_id), _person(request)
    if one.user_id == user.pk or not queries.may_grant(user, one.role):
        raise NotAllowed("")
    if request.method != "POST":
        return render(request, "core/membership_end.html", {"one": one})
    actions.end_membership(membership_id=one.pk, by=user, now=clock.now())
    messages.success(request, _("Ended. This person is signed out everywhere."))
    return redirect("core:people")


@allow(Role.REGIONAL_ADMIN)
@require_POST
def membership_role(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Give another role: at once, or as a question for a second administrator."""
    one = _membership(membership_id)
    form = _role_form(membership_id, request.POST)

    def change() -> None:
        role = Role(form.cleaned_data["role"])
        given = actions.change_role(
            membership_id=one.pk, role=role, by=_person(request), now=clock.now()
        )
        asked = isinstance(given, approvals.Approval)
        messages.success(
            request, _("A second administrator has to agree.") if asked else _("Done.")
        )

    if form.is_valid() and _done(form, change):
        return redirect("core:people")
    return _detail(request, one, form, status=422)


@allow(Role.REGIONAL_ADMIN)
@require_POST
def approval_decide(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """Be the second administrator: yes or no."""
    user, now = _person(request), clock.now()
    try:
        kind = approvals.Approval.objects.get(pk=approval_id, kind__in=queries.KINDS).kind
    except approvals.Approval.DoesNotExist:
        raise Http404 from None
    answer = request.POST.get("answer")
    if answer == "yes":
        approvals.approve(approval_id=approval_id, by=user, now=now)
        messages.success(request, _("Agreed. It has been done."))
    elif answer == "no":
        refuse = actions.refuse_invitation if kind == actions.INVITE_STAFF else approvals.reject
        refuse(approval_id=approval_id, by=user, now=now)
        messages.success(request, _("Refused. Nothing changes."))
    else:
        raise Http404
    return redirect("core:people")


def waiting(request: HttpRequest) -> int:
    """How many questions wait for who looks, for the menu."""
    # The page of an error may be drawn outside every region.
    if region_or_none() is None or not isinstance(request.user, User):
        return 0
    return queries.n_to_decide(reader=request.user, now=clock.now())


# --- Steps that several pages share -----------------------------------------------------------


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # `allow` let nobody else in
        raise NotAllowed("")
    return request.user


def _membership(membership_id: UUID) -> Membership:
    try:
        return queries.membership(membership_id)
    except Membership.DoesNotExist:
        raise Http404 from None


def _shown_invitation(invitation_id: UUID) -> Invitation:
    # An expert's is sent and withdrawn in the pool, where the profile is.
    found: Invitation = Invitation.objects.get(pk=invitation_id, role__in=queries.SHOWN)
    return found


def _role_form(membership_id: UUID, data: Any = None) -> RoleForm:
    current = _membership(membership_id).role
    return RoleForm(data, roles=[role for role in queries.SHOWN if role != current])


def _detail(
    request: HttpRequest, one: Membership, form: RoleForm, *, status: int = 200
) -> HttpResponse:
    user, now = _person(request), clock.now()
    audit.record("people.seen", by=user, at=now, target=one)
    own = one.user_id == user.pk
    context = {
        "one": one,
        "own": own,
        "form": form,
        "may_end": not own and queries.may_grant(user, one.role),
        "may_change": not own and has_role(user, Role.REGIONAL_ADMIN),
        "waits": queries.waits_for_role(one, now=now),
    }
    return render(request, "core/membership_detail.html", context, status=status)


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Try an act; a refusal becomes a sentence above the form, and nothing is lost."""
    try:
        act()
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        form.add_error(None, str(refusal.message))
        return False
    return True
