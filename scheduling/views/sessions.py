"""The agenda, one session, planning, and the feed."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import audit, clock
from core.access import links
from core.access.buckets import TooManyTries, spend
from core.access.login import LIMITED, limited_ok
from core.access.models import Role, User
from core.access.permissions import BY_LINK, allow, allow_everyone, has_role
from core.access.scope import region_scope
from core.clock import local
from core.errors import NotAllowed, Refusal
from matching.actions import end_assignment
from matching.models import Assignment, Request
from matching.permissions import may_coordinate
from pool.models import Expert
from pool.permissions import may_see_dates
from scheduling import actions, ics, queries
from scheduling.actions.feeds import feed_seen
from scheduling.actions.telling import organizer, words
from scheduling.forms import USUAL_LENGTH, AgreedForm, LongerForm, MomentForm, PlanForm
from scheduling.models import Session, SessionRole
from scheduling.states import SessionKind, SessionState

EVERYONE = (Role.COORDINATOR, Role.EXPERT, Role.PROFESSIONAL)
PLANNERS = (Role.COORDINATOR, Role.PROFESSIONAL)
FETCHES, AN_HOUR = 60, timedelta(hours=1)
READ_WRITE = ["GET", "HEAD", "POST"]
FIRST_YEAR, LAST_YEAR = 2000, 2200


@limited_ok
@allow(*EVERYONE)
@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """The week of the pool for a coordinator, one's own days for everybody else."""
    now = clock.now()
    first = _day(request.GET.get("vanaf", "")) or local(now).date()
    if has_role(person(request), Role.COORDINATOR) and not request.session.get(LIMITED):
        week = queries.week(first=first, now=now)
        _log_list(request, queries.cases_of(week.days), now=now, reason=audit.Reason.OVERVIEW)
        step = timedelta(days=queries.N_DAYS)
        context = {"week": week, "earlier": first - step, "later": first + step}
        return render(request, "scheduling/session_week.html", _with_feed(request, context))
    days = queries.own_days(person(request), first=local(now).date(), now=now)
    _log_list(request, queries.cases_of(days), now=now, reason=audit.Reason.CHARGE)
    if request.session.get(LIMITED):
        return render(request, "scheduling/session_hours.html", {"days": days})
    return render(request, "scheduling/session_list.html", _with_feed(request, {"days": days}))


@allow(*EVERYONE)
@require_safe
def session_detail(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session; where it is shows after a tap of its own, and that is logged."""
    now = clock.now()
    page = _page(request, session_id)
    place = None
    if "plek" in request.GET and page.has_place:
        place = queries.place_of(page.session)
        audit.read(
            "session.place",
            by=person(request),
            at=now,
            subject=page.request.case_id,
            target=page.session,
            purpose=page.request.pk,
        )
    context: dict[str, object] = {"page": page, "place": place, "now": now}
    if "toch" in request.GET and may_coordinate(person(request)):
        context |= {"agreed_form": AgreedForm(), "agrees": request.GET["toch"]}
    return render(request, "scheduling/session_detail.html", context)


@allow(*PLANNERS)
@require_http_methods(READ_WRITE)
def session_plan(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Plan a session for a request: five moments that fit, or one's own."""
    now = clock.now()
    length = timedelta(minutes=USUAL_LENGTH)
    try:
        page = queries.plan_page(
            request_id=request_id, reader=person(request), now=now, length=length
        )
    except Request.DoesNotExist:
        raise Http404 from None
    audit.read(
        "request",
        by=person(request),
        at=now,
        subject=page.request.case_id,
        purpose=page.request.pk,
    )
    audit.listed(
        "session.people",
        by=person(request),
        at=now,
        subjects=[one.expert_id for one in page.assignments],
        purpose=page.request.pk,
        reason="",
    )
    form = PlanForm(
        request.POST or None,
        kinds=page.kinds,
        assignments=page.assignments,
        suggested=page.suggested,
        places=page.places,
        initial={
            "kind": page.kinds[0],
            "with_professional": page.kinds[0] == SessionKind.FIRST_MEETING,
        },
    )
    if form.is_valid() and (planned := _plan(request, form)):
        return redirect("scheduling:session-detail", planned.pk)
    context = {"page": page, "form": form}
    return render(request, "scheduling/session_plan.html", context, status=_status(form))


@allow(*PLANNERS)
@require_http_methods(READ_WRITE)
def session_move(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Give a session another time or place."""
    now = clock.now()
    page = changeable(request, session_id)
    session = page.session
    length = (session.ends_at - session.starts_at) // timedelta(minutes=1)
    form = MomentForm(
        request.POST or None,
        suggested=queries.move_suggestions(session, page.request, now=now),
        places=queries.open_places(),
        initial={"length": length, "place": str(session.place_id or "")},
    )
    if form.is_valid() and _move(request, form, session_id):
        return redirect("scheduling:session-detail", session_id)
    context = {"page": page, "form": form}
    return render(request, "scheduling/session_move.html", context, status=_status(form))


@allow(*PLANNERS)
@require_http_methods(READ_WRITE)
def session_cancel(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Ask once, then call the session off."""
    page = changeable(request, session_id)
    if request.method != "POST":
        return render(request, "scheduling/session_cancel.html", {"page": page})
    actions.cancel_session(session_id=session_id, by=person(request), now=clock.now())
    messages.success(request, _("The session is called off. Everybody hears it now."))
    return redirect("scheduling:session-detail", session_id)


@allow(*PLANNERS)
@require_POST
def session_confirm(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Say that an unsure session takes place."""
    changeable(request, session_id)
    actions.confirm_session(session_id=session_id, by=person(request), now=clock.now())
    messages.success(request, _("The session takes place. Everybody hears it now."))
    return redirect("scheduling:session-detail", session_id)


@allow(*EVERYONE)
@require_POST
def session_held(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Say that a session took place."""
    _page(request, session_id)
    actions.mark_held(session_id=session_id, by=person(request), now=clock.now())
    return redirect("scheduling:session-detail", session_id)


@allow(*EVERYONE)
@require_POST
def session_missed(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Say that somebody was not there."""
    _page(request, session_id)
    actions.mark_missed(session_id=session_id, by=person(request), now=clock.now())
    return redirect("scheduling:session-detail", session_id)


@allow(*EVERYONE)
@require_POST
def role_check_in(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """I am there."""
    try:
        role = actions.check_in(role_id=role_id, by=person(request), now=clock.now())
    except SessionRole.DoesNotExist:
        raise Http404 from None
    return redirect("scheduling:session-detail", role.session_id)


@allow(*EVERYONE)
@require_POST
def role_check_out(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """I am out and well."""
    try:
        role = actions.check_out(role_id=role_id, by=person(request), now=clock.now())
    except SessionRole.DoesNotExist:
        raise Http404 from None
    return redirect("scheduling:session-detail", role.session_id)


@allow(*EVERYONE)
@require_POST
def role_longer(request: HttpRequest, role_id: UUID) -> HttpResponse:
    """All is well, and it takes longer: the alarm waits."""
    form = LongerForm(request.POST)
    if not form.is_valid():
        raise Http404
    minutes = form.cleaned_data["minutes"]
    try:
        role = actions.need_longer(
            role_id=role_id, minutes=minutes, by=person(request), now=clock.now()
        )
    except SessionRole.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Good to hear. We look again later."))
    return redirect("scheduling:session-detail", role.session_id)


@allow(Role.COORDINATOR, Role.REGIONAL_ADMIN)
@require_http_methods(READ_WRITE)
def sessions_after(request: HttpRequest, expert_id: UUID) -> HttpResponse:
    """Sessions that a paper does not carry on their day, with what can be decided on each."""
    user, now = person(request), clock.now()
    expert = get_object_or_404(Expert.objects.select_related("data_key"), pk=expert_id)
    if not may_see_dates(user, expert):
        raise NotAllowed("")
    lines = queries.sessions_to_decide(expert, now=now)
    if request.method == "POST":
        _decide(request, lines)
        return redirect("scheduling:sessions-after", expert.pk)
    audit.read("papers", by=user, at=now, subject=expert.pk, fields_class=4)
    listed = {line.session.pk for line in lines}
    waiting = [
        one
        for one in queries.future_sessions(at=now, expert=expert)
        if one.state == SessionState.TO_CONFIRM and one.pk not in listed
    ]
    context = {
        "expert": expert,
        "lines": lines,
        "waiting": waiting,
        "may_act": may_coordinate(user),
        "has_policy": any(not line.is_legal for line in lines),
    }
    return render(request, "scheduling/sessions_after.html", context)


def _decide(request: HttpRequest, lines: list[queries.AfterEnd]) -> None:
    """Hand the work of one line over, or call its session off; only what is listed."""
    chosen = {str(line.session.pk): line for line in lines}.get(request.POST.get("session", ""))
    act = request.POST.get("act")
    if chosen is None or act not in {"hand_over", "cancel"}:
        raise Http404
    by, now = person(request), clock.now()
    if act == "cancel":
        actions.cancel_session(session_id=chosen.session.pk, by=by, now=now)
        actions.settle_lists(expert=chosen.assignment.expert, now=now)
        messages.success(request, _("The session is called off. Everybody hears it now."))
        return
    end_assignment(assignment_id=chosen.assignment.pk, by=by, now=now)
    messages.success(request, _("Handed over. We look for another buddy."))


# --- The feed ---------------------------------------------------------------------------------


@allow(*EVERYONE)
@require_POST
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def feed_rotate(request: HttpRequest) -> HttpResponse:
    """Make a new address for one's feed, and show it this once: it is kept nowhere."""
    token = actions.rotate_feed(person(request), now=clock.now())
    address = links.url("scheduling:feed", token)
    _scheme, _sep, rest = address.partition("://")
    context = {"address": address, "subscribe": f"webcal://{rest}"}
    return render(request, "scheduling/feed_detail.html", context)


@allow(*EVERYONE)
@require_POST
def feed_revoke(request: HttpRequest) -> HttpResponse:
    """End the feed; whoever has its address gets nothing from now on."""
    actions.revoke_feed(person(request), now=clock.now())
    messages.success(request, _("The link to this agenda is over."))
    return redirect("scheduling:agenda")


@allow_everyone(BY_LINK)
@transaction.non_atomic_requests
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whoever holds this token; unknown and replaced tokens look the same.

    Programs ask every few minutes, mostly for nothing new. The link is found without a
    transaction, because it says which region to open one in.
    """
    now = clock.now()
    link = queries.living_feed(token, now=now)
    if link is None or link.holder is None:
        raise Http404
    try:
        spend(f"feed:{link.pk}", limit=FETCHES, per=AN_HOUR, now=now)
    except TooManyTries as refusal:
        wait = {"Retry-After": str(AN_HOUR // timedelta(seconds=1))}
        return HttpResponse(str(refusal), status=refusal.status, headers=wait)
    feed_seen(link, now=now)
    said, sender = words(link.holder.language), organizer()
    with region_scope(link.region_id):
        version = queries.feed_version(link.holder, now=now)
        etag = quote_etag(
            hashlib.sha256(f"{version}{ics.shape(said, sender)}".encode()).hexdigest()
        )
        known = get_conditional_response(request, etag=etag)
        if known is None or known.status_code != HTTPStatus.NOT_MODIFIED:
            entries = queries.feed_entries(link.holder, now=now)
            body = ics.feed(entries, words=said, organizer=sender)
            known = HttpResponse(body, content_type="text/calendar; charset=utf-8")
            known.headers["Content-Disposition"] = 'inline; filename="afspraken.ics"'
    known.headers["ETag"] = etag
    known.headers["Cache-Control"] = "private, no-cache"
    known.headers["X-Robots-Tag"] = "noindex"
    return known


# --- Steps that several pages share -----------------------------------------------------------


def person(request: HttpRequest) -> User:
    """Who is looking; the guard of the view let nobody else in."""
    if not isinstance(request.user, User):
        raise NotAllowed("")
    return request.user


def _page(request: HttpRequest, session_id: UUID) -> queries.SessionPage:
    now = clock.now()
    try:
        page = queries.session_page(session_id=session_id, reader=person(request), now=now)
    except Session.DoesNotExist:
        raise Http404 from None
    if request.method != "POST":
        audit.read(
            "session",
            by=person(request),
            at=now,
            subject=page.request.case_id,
            target=page.session,
            purpose=page.request.pk,
        )
        _log_people(request, page.request, now=now)
    return page


def changeable(request: HttpRequest, session_id: UUID) -> queries.SessionPage:
    """The page of a session that this person may change, or not at all."""
    page = _page(request, session_id)
    if not page.may_change:
        raise NotAllowed("")
    return page


def uuid_or_404(text: str) -> UUID:
    """An id that a form sent; anything else is no page of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _log_list(
    request: HttpRequest, cases: set[UUID], *, now: datetime, reason: audit.Reason
) -> None:
    """Everybody whose name or session stands on an agenda."""
    subjects = cases | audit.opened_so_far()
    audit.listed("agenda", by=person(request), at=now, subjects=subjects, reason=reason)


def _log_people(request: HttpRequest, asked: Request, *, now: datetime) -> None:
    """Names of experts on the page of one session."""
    subjects = audit.opened_so_far() - {asked.case_id}
    if subjects:
        audit.listed(
            "session.people",
            by=person(request),
            at=now,
            subjects=subjects,
            purpose=asked.pk,
            reason="",
        )


def _refuse(request: HttpRequest, form: MomentForm, refusal: Refusal) -> None:
    """Say why not; a coordinator may answer that the expert was called and says yes."""
    form.add_error(None, str(refusal))
    if isinstance(refusal, actions.AskFirst) and has_role(person(request), Role.COORDINATOR):
        form.asks_agreement = True


def _plan(request: HttpRequest, form: PlanForm) -> Session | None:
    first, *others = form.cleaned_data["people"]
    try:
        session = actions.plan_session(
            assignment_id=first,
            with_assignments=others,
            kind=form.cleaned_data["kind"],
            start=form.cleaned_data["start"],
            end=form.cleaned_data["end"],
            place_id=form.cleaned_data["place"],
            with_professional=form.cleaned_data["with_professional"],
            agreed=form.cleaned_data["agreed"],
            by=person(request),
            now=clock.now(),
        )
    except Assignment.DoesNotExist:
        raise Http404 from None
    except Refusal as refusal:
        _refuse(request, form, refusal)
        return None
    messages.success(request, _("Planned. Everybody hears it now."))
    return session


def _move(request: HttpRequest, form: MomentForm, session_id: UUID) -> bool:
    try:
        actions.move_session(
            session_id=session_id,
            start=form.cleaned_data["start"],
            end=form.cleaned_data["end"],
            place_id=form.cleaned_data["place"],
            agreed=form.cleaned_data["agreed"],
            by=person(request),
            now=clock.now(),
        )
    except Refusal as refusal:
        _refuse(request, form, refusal)
        return False
    messages.success(request, _("Moved. Everybody hears it now."))
    return True


def _with_feed(request: HttpRequest, context: dict[str, object]) -> dict[str, object]:
    return {**context, "feed": queries.feed_of(person(request), now=clock.now())}


def _status(form: MomentForm) -> int:
    return 422 if form.is_bound else 200


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond these there is no week before or after.
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
