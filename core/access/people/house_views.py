"""Pages of one organisation, for who keeps the accounts of the region and for who works there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit, clock
from core.access import actions
from core.access.actions.organisations import KEEPERS, works_for
from core.access.deputies import Deputy
from core.access.models import Membership, Organisation, OrganisationKind, Role, User
from core.access.people import houses
from core.access.people.house_forms import ContactForm, DeputyForm, NumberForm
from core.access.people.views import _done, _person
from core.access.permissions import allow, has_role, membership_of
from core.clock import local

EVERYBODY = (*KEEPERS, Role.PROFESSIONAL)


@allow(*KEEPERS)
@require_safe
def organisation_detail(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """One organisation: its number, its people, who stands in and who is confirmed."""
    return _page(request, _organisation(request, organisation_id))


@allow(Role.PROFESSIONAL)
@require_safe
def my_organisation(request: HttpRequest) -> HttpResponse:
    """Where one works: the own account, colleagues, who stands in, the number at night."""
    membership = membership_of(_person(request), Role.PROFESSIONAL)
    if membership.organisation is None:
        raise Http404
    return _page(request, membership.organisation)


@allow(*EVERYBODY)
@require_POST
def organisation_number(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Write down the number for nights and weekends, or that it was tried."""
    organisation, user = _organisation(request, organisation_id), _person(request)
    form = NumberForm(request.POST)

    def change() -> Organisation:
        return actions.change_night_number(
            organisation_id=organisation.pk, by=user, now=clock.now(), **form.cleaned_data
        )

    if form.is_valid() and _done(form, change):
        messages.success(request, _("Recorded."))
        return _back(user, organisation)
    return _page(request, organisation, number=form, status=422)


@allow(*KEEPERS)
@require_POST
def organisation_contact(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Say whom the region calls about the accounts there."""
    organisation, user = _organisation(request, organisation_id), _person(request)
    page = houses.house_page(organisation, reader=user, now=clock.now())
    form = ContactForm(request.POST, people=[one.membership for one in page.people])

    def name() -> Organisation:
        chosen = form.cleaned_data["contact"]
        return actions.name_contact(
            organisation_id=organisation.pk,
            user_id=UUID(chosen) if chosen else None,
            by=user,
            now=clock.now(),
        )

    if form.is_valid() and _done(form, name):
        messages.success(request, _("Recorded."))
        return _back(user, organisation)
    return _page(request, organisation, contact=form, status=422)


@allow(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_close(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Say what closing means and for how many, then close."""
    organisation, user = _organisation(request, organisation_id), _person(request)
    if organisation.closed_on is not None or organisation.kind == OrganisationKind.POOL_HOST:
        raise Http404
    if request.method != "POST":
        page = houses.house_page(organisation, reader=user, now=clock.now())
        return render(request, "core/organisation_close.html", {"page": page})
    n = actions.close_organisation(organisation_id=organisation.pk, by=user, now=clock.now())
    said = ngettext(
        "Closed. %(n)s person is signed out.", "Closed. %(n)s people are signed out.", n
    )
    messages.success(request, said % {"n": n})
    return _back(user, organisation)


@allow(*KEEPERS)
@require_POST
def organisation_reopen(request: HttpRequest, organisation_id: UUID) -> HttpResponse:
    """Let people be invited there again; nobody comes back by itself."""
    organisation, user = _organisation(request, organisation_id), _person(request)
    actions.reopen_organisation(organisation_id=organisation.pk, by=user, now=clock.now())
    messages.success(request, _("Open again. Invite the people who work there now."))
    return _back(user, organisation)


@allow(*EVERYBODY)
@require_POST
def membership_confirm(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Say that an account is still right, for another year."""
    user, membership = _person(request), _member(request, membership_id)
    actions.confirm_membership(membership_id=membership.pk, by=user, now=clock.now())
    messages.success(request, _("Thank you. It is good for another year."))
    return _back(user, membership.organisation)


@allow(*EVERYBODY)
@require_http_methods(["GET", "HEAD", "POST"])
def deputy_new(request: HttpRequest, membership_id: UUID) -> HttpResponse:
    """Let a colleague stand in, from a day until a day."""
    user, membership, now = _person(request), _member(request, membership_id), clock.now()
    if not actions.may_arrange(user, membership):
        raise Http404
    today = local(now).date()
    colleagues = Membership.objects.filter(
        organisation=membership.organisation,
        role=Role.PROFESSIONAL,
        ended_at=None,
        lapsed_at=None,
    ).exclude(pk=membership.pk)
    people = list(colleagues.select_related("user").order_by("user__name", "pk"))
    form = DeputyForm(
        request.POST or None, people=people, today=today, initial={"first_day": today}
    )

    def name() -> Deputy:
        return actions.name_deputy(
            membership_id=membership.pk,
            stand_in_id=UUID(form.cleaned_data["stand_in"]),
            first_day=form.cleaned_data["first_day"],
            last_day=form.cleaned_data["last_day"],
            by=user,
            now=now,
        )

    if form.is_valid() and _done(form, name):
        messages.success(request, _("Recorded. This colleague hears the news too on those days."))
        return _back(user, membership.organisation)
    shown = {"form": form, "one": membership, "people": people, "own": user == membership.user}
    shown["back"] = _address(user, membership.organisation)
    return render(request, "core/deputy_form.html", shown, status=422 if form.is_bound else 200)


@allow(*EVERYBODY)
@require_POST
def deputy_end(request: HttpRequest, deputy_id: UUID) -> HttpResponse:
    """Nobody stands in any more."""
    user = _person(request)
    try:
        organisation = Deputy.objects.select_related("organisation").get(pk=deputy_id).organisation
    except Deputy.DoesNotExist:
        raise Http404 from None
    _require_inside(user, organisation)
    actions.end_deputy(deputy_id=deputy_id, by=user, now=clock.now())
    messages.success(request, _("Done. Nobody stands in on those days."))
    return _back(user, organisation)


# --- Steps ------------------------------------------------------------------------------------


def _require_inside(user: User, organisation: Organisation | None) -> None:
    """Another's organisation looks like none."""
    if organisation is None:
        raise Http404
    if not has_role(user, *KEEPERS) and not works_for(user, organisation):
        raise Http404


def _organisation(request: HttpRequest, organisation_id: UUID) -> Organisation:
    found = (
        Organisation.objects.select_related("contact", "phone_tested_by")
        .filter(pk=organisation_id)
        .first()
    )
    _require_inside(_person(request), found)
    if found is None:
        raise Http404
    return found


def _member(request: HttpRequest, membership_id: UUID) -> Membership:
    found = (
        Membership.objects.select_related("user", "organisation")
        .filter(pk=membership_id, role=Role.PROFESSIONAL, ended_at=None)
        .first()
    )
    if found is None:
        raise Http404
    _require_inside(_person(request), found.organisation)
    return found


def _page(
    request: HttpRequest,
    organisation: Organisation,
    *,
    number: NumberForm | None = None,
    contact: ContactForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, now = _person(request), clock.now()
    page = houses.house_page(organisation, reader=user, now=now)
    audit.record("people.listed", by=user, at=now, target=organisation, n=len(page.people))
    shown = {
        "page": page,
        "now": now,
        "number": number or NumberForm(initial={"phone": organisation.out_of_hours_phone}),
        "contact": contact
        or ContactForm(
            people=[one.membership for one in page.people],
            initial={"contact": str(organisation.contact_id or "")},
        ),
    }
    return render(request, "core/organisation_detail.html", shown, status=status)


def _address(user: User, organisation: Organisation | None) -> str:
    if organisation is not None and has_role(user, *KEEPERS):
        return reverse("core:organisation-detail", args=[organisation.pk])
    return reverse("core:my-organisation")


def _back(user: User, organisation: Organisation | None) -> HttpResponse:
    return redirect(_address(user, organisation))
