"""The coordinator's home: what needs a human, which clocks run, and what comes by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from core.access.models import Membership, Role, User
from core.ui import clockline, moments
from matching.clock import AMSTERDAM
from matching.hooks import SessionMark, sessions_of
from matching.models import Assignment, Measure, Offer, Request, Task
from matching.models.requests import TaskKind
from matching.pages import words
from matching.pages.calls import Ringing, ringing_of
from matching.pages.clocks import clock_line, end_of
from matching.states import (
    RUNNING,
    AssignmentState,
    MeasureState,
    OfferState,
    RequestState,
)
from pool.models import RegionProfile
from pool.queries import on_call

SOON = timedelta(hours=1)  # from here on a task is red: somebody must act now
AHEAD = timedelta(hours=24)
ABOUT_EXPERT = {TaskKind.CORRECTION}
HANDS_OVER = {TaskKind.CONSENT, TaskKind.PASS_WORK}
# Off the list when somebody says so; the others solve themselves.
BY_HAND = {TaskKind.TOO_HEAVY, TaskKind.MESSAGE_FAILED, TaskKind.NOBODY_FITS, TaskKind.CONSENT}
MOST_MOMENTS = 5


@dataclass(frozen=True)
class Act:
    """A button of a task: a link, or a POST where `posts`."""

    label: str
    url: str
    icon: str = ""
    posts: bool = False


@dataclass(frozen=True)
class TaskCard:
    """What a human must do, before when, and with which buttons."""

    meaning: str
    title: str
    text: str
    meta: SafeString
    deadline: datetime
    url: str
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class ClockRow:
    """A running clock, and what comes first on it."""

    line: clockline.ClockLine
    request: Request
    who: str
    next_badge: tuple[str, str, str] | None
    next_strong: str
    next_text: str
    after: str
    url: str


@dataclass(frozen=True)
class Coming:
    """A moment at which something happens by itself."""

    at: datetime
    what: str
    about: str


@dataclass(frozen=True)
class Nu:
    """Everything of the page."""

    sentence: str
    tasks: list[TaskCard]
    clocks_sentence: str
    clocks: list[ClockRow]
    coming: list[Coming]
    has_alarm: bool
    second_on_duty: str
    day_base: int
    subjects: frozenset[UUID] = frozenset()


@dataclass
class _Running:
    """Running requests with what hangs on them: a constant number of queries."""

    requests: list[Request]
    sessions: Mapping[UUID, Sequence[SessionMark]]
    offers: dict[UUID, list[Offer]] = field(default_factory=dict)
    assignments: dict[UUID, Assignment] = field(default_factory=dict)
    # Before when who asked is called, where nobody can and nobody called yet.
    to_call: dict[UUID, datetime] = field(default_factory=dict)


def open_tasks() -> QuerySet[Task]:
    """What waits for a human, nearest deadline first."""
    return Task.objects.filter(done_at=None).order_by("due_at", "pk")


def nu(*, reader: User, now: datetime) -> Nu:
    """The page as it stands at `now`."""
    tasks = list(
        open_tasks().select_related(
            "request__requester", "request__organisation", "request__policy", "expert__data_key"
        )
    )
    running = _running()
    running.to_call = {
        task.request_id: task.due_at
        for task in tasks
        if task.kind == TaskKind.NOBODY_FITS and task.request_id
    }
    profile = RegionProfile.here()
    rows = _clock_rows(running, now=now, day_base=profile.day_base)
    chain = on_call(at=now)
    return Nu(
        sentence=words.needs_you(len(tasks)),
        tasks=_cards(tasks, running, reader=reader, now=now),
        clocks_sentence=words.clocks_run(len(rows)),
        clocks=rows,
        coming=_coming(running, now=now),
        has_alarm=any(task.kind == TaskKind.OVERDUE for task in tasks),
        second_on_duty=chain[1].user.short_name if len(chain) > 1 else "",
        day_base=profile.day_base,
        subjects=_subjects(tasks, running),
    )


def _subjects(tasks: Iterable[Task], running: _Running) -> frozenset[UUID]:
    """Who stands on the page, for the log."""
    found = {one.case_id for one in running.requests}
    found |= {one.expert_id for one in running.assignments.values()}
    found |= {offer.expert_id for offers in running.offers.values() for offer in offers}
    for task in tasks:
        found |= {task.request.case_id} if task.request else set()
        found |= {task.expert_id} if task.expert_id else set()
    return frozenset(found)


def _running() -> _Running:
    found = list(
        Request.objects.filter(state__in=RUNNING)
        .select_related("measure", "policy", "area")
        .order_by("filed_at", "pk")
    )
    ids = [request.pk for request in found]
    running = _Running(found, sessions_of(ids))
    offers: dict[UUID, list[Offer]] = defaultdict(list)
    rows = Offer.objects.filter(seat__request__in=ids).select_related("seat", "expert__data_key")
    for offer in rows.order_by("offered_at", "pk"):
        offers[offer.seat.request_id].append(offer)
    running.offers = dict(offers)
    held = Assignment.objects.filter(seat__request__in=ids).exclude(state=AssignmentState.ENDED)
    for one in held.select_related("seat", "expert__data_key").order_by("started_at", "pk"):
        running.assignments.setdefault(one.seat.request_id, one)
    return running


# --- Tasks ------------------------------------------------------------------------------------


def _cards(tasks: list[Task], running: _Running, *, reader: User, now: datetime) -> list[TaskCard]:
    phones = _phones(task.request.requester_id for task in tasks if task.request)
    ringing = ringing_of([task.pk for task in tasks], reader=reader)
    return [_card(task, running, phones, ringing.get(task.pk), now=now) for task in tasks]


def _phones(users: Iterable[UUID]) -> dict[UUID, str]:
    rows = Membership.objects.filter(user__in=set(users), role=Role.PROFESSIONAL, ended_at=None)
    return dict(rows.exclude(phone="").values_list("user_id", "phone"))


def _card(
    task: Task,
    running: _Running,
    phones: Mapping[UUID, str],
    ringing: Ringing | None,
    *,
    now: datetime,
) -> TaskCard:
    request = task.request
    url = reverse("matching:request-detail", args=[request.pk]) if request else ""
    held = running.assignments.get(request.pk) if request else None
    return TaskCard(
        meaning="nu" if task.due_at - now <= SOON else "wacht",
        title=_title(task),
        text=" ".join(filter(None, (_text(task), ringing.sentence if ringing else ""))),
        meta=_meta(request, url, held) if request else _whom(task),
        deadline=task.due_at,
        url=url,
        acts=(*_acts(task, url, phones), *_answers(ringing)),
    )


def _title(task: Task) -> str:
    titles = {
        TaskKind.NEW_REQUEST: gettext("Look at a new request"),
        TaskKind.NOBODY_FITS: gettext("Call who asked: nobody can now"),
        TaskKind.PLAN_FIRST: gettext("Plan the first meeting"),
        TaskKind.GATE_LAPSED: gettext("Confirm the safety check again"),
        TaskKind.MEASURE_END: gettext("Is there an extension?"),
        TaskKind.CONFLICT: gettext("Find somebody else: somebody is known"),
        TaskKind.TOO_HEAVY: gettext("Call the expert: it was too heavy"),
        TaskKind.DEBRIEF: gettext("Call the expert: a talk afterwards"),
        TaskKind.OVERDUE: gettext("No check-out: call now"),
        TaskKind.MESSAGE_FAILED: gettext("A message did not arrive: call"),
        TaskKind.HANDOVER: gettext("Choose a colleague: who asked has left"),
        TaskKind.CORRECTION: gettext("Somebody asks to put something right"),
        TaskKind.CONSENT: gettext("Consent withdrawn: hand over what runs"),
        TaskKind.PAPERS_END: gettext("Decide on sessions: a paper ends"),
        TaskKind.APPLICATION: gettext("Somebody wants to join: call"),
        TaskKind.PASS_WORK: gettext("Hand over today what runs"),
    }
    return titles[TaskKind(task.kind)]


def _text(task: Task) -> str:
    texts = {
        TaskKind.NEW_REQUEST: gettext("Choose who is asked. Until then nobody is."),
        TaskKind.NOBODY_FITS: gettext("The page says of everybody why not, and what still can."),
        TaskKind.PLAN_FIRST: gettext("Somebody said yes. The participant waits."),
        TaskKind.GATE_LAPSED: gettext("Without it the next meeting cannot go on."),
        TaskKind.MEASURE_END: gettext("The case manager was asked. Nothing has been heard yet."),
        TaskKind.CONFLICT: gettext("Nobody has to say who or why."),
        TaskKind.TOO_HEAVY: gettext("Ask how it goes. Until the rest is over no questions come."),
        TaskKind.DEBRIEF: gettext("Ask how it goes. What you hear stays between you."),
        TaskKind.OVERDUE: gettext("Call the expert first, then the case manager."),
        TaskKind.MESSAGE_FAILED: gettext("Say it by voice, and look at the number."),
        TaskKind.HANDOVER: gettext("Until then nobody there hears the news."),
        TaskKind.CORRECTION: gettext("The answer is a yes or a no. The law gives a month."),
        TaskKind.CONSENT: gettext("This person is in no list any more. The page says what runs."),
        TaskKind.PAPERS_END: gettext("What nobody decided on by then does not go on."),
        TaskKind.APPLICATION: gettext("A week was promised. Write the talk down and it is off."),
        TaskKind.PASS_WORK: gettext("One page has it all, with a proposal for each."),
    }
    return texts[TaskKind(task.kind)]


def _whom(task: Task) -> SafeString:
    """Whom to call, where it is about no request."""
    if task.expert is None:
        return SafeString()
    url = reverse("pool:expert-detail", args=[task.expert.pk])
    return format_html('<a href="{}">{}</a>', url, task.expert.full_name)


def _meta(request: Request, url: str, held: Assignment | None) -> SafeString:
    link = format_html('<a href="{}">{}</a>', url, request.number)
    who = f"{request.requester.short_name}, {request.organisation.name}"
    if held:
        who = f"{held.expert.short_name} · {who}"
    filed = gettext("received %(moment)s") % {"moment": moments.moment(request.filed_at)}
    return format_html("{} {} · {} · {}", gettext("Request"), link, who, filed)


def _acts(task: Task, url: str, phones: Mapping[UUID, str]) -> Iterable[Act]:
    kind, request = TaskKind(task.kind), task.request
    phone = phones.get(request.requester_id, "") if request else ""
    calls = kind in {TaskKind.NOBODY_FITS, TaskKind.GATE_LAPSED, TaskKind.MEASURE_END}
    if calls and phone:
        number = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
        yield Act(gettext("Call %(phone)s") % {"phone": phone}, f"tel:{number}", "bel")
    if request is not None:
        labels = {
            TaskKind.NEW_REQUEST: (gettext("Choose somebody"), "#wie"),
            TaskKind.NOBODY_FITS: (gettext("See why"), "#wie"),
            TaskKind.PLAN_FIRST: (gettext("Plan"), "#traject"),
            TaskKind.GATE_LAPSED: (gettext("Confirm points"), "#check"),
            TaskKind.MEASURE_END: (gettext("Record the answer"), "#maatregel"),
            TaskKind.CONFLICT: (gettext("Choose somebody"), "#wie"),
            TaskKind.HANDOVER: (gettext("Choose a colleague"), "#aanvrager"),
        }
        label, anchor = labels.get(kind, (gettext("Open"), ""))
        yield Act(label, f"{url}{anchor}")
    elif kind == TaskKind.PAPERS_END and task.expert_id:
        yield Act(gettext("Decide"), reverse("scheduling:sessions-after", args=[task.expert_id]))
    elif kind in HANDS_OVER and task.expert_id:
        yield Act(gettext("Hand over"), reverse("scheduling:work-pass", args=[task.expert_id]))
    elif kind == TaskKind.APPLICATION and task.expert_id:
        yield Act(gettext("First talk"), reverse("pool:intake", args=[task.expert_id]))
    elif kind in ABOUT_EXPERT and task.expert_id:
        yield Act(gettext("Open"), reverse("pool:expert-detail", args=[task.expert_id]))
    if _is_talk(task):
        yield Act(gettext("Call"), reverse("pool:debrief-close", args=[_debrief_of(task)]), "bel")
    elif kind in BY_HAND:
        yield Act(gettext("Done"), reverse("matching:task-done", args=[task.pk]), posts=True)


def _is_talk(task: Task) -> bool:
    """Whether a talk was asked for: it has a page, and solves the task."""
    return task.once_per.startswith("debrief:")


def _debrief_of(task: Task) -> str:
    """The talk that a task is about; the key of the occasion names it."""
    return task.once_per.split(":")[1]


def _answers(ringing: Ringing | None) -> Iterable[Act]:
    """Nobody else is called as soon as somebody says this."""
    if ringing is not None and not ringing.is_mine:
        label = gettext("I have it") if ringing.is_climbing else gettext("I take it over")
        yield Act(label, reverse("matching:call-take", args=[ringing.task.pk]), posts=True)


# --- Clocks -----------------------------------------------------------------------------------


def _clock_rows(running: _Running, *, now: datetime, day_base: int) -> list[ClockRow]:
    rows = []
    for request in running.requests:
        sessions = running.sessions.get(request.pk, ())
        offers = running.offers.get(request.pk, [])
        line = clock_line(request, now=now, day_base=day_base, sessions=sessions, offers=offers)
        if line is not None:
            rows.append(_clock_row(request, line, running, now=now))
    return sorted(rows, key=lambda row: (row.line.end, row.request.number))


def _clock_row(
    request: Request, line: clockline.ClockLine, running: _Running, *, now: datetime
) -> ClockRow:
    badge, strong, text = _first_comes(request, line, running, now=now)
    held = running.assignments.get(request.pk)
    if held:
        who = held.expert.short_name
    elif request.state == RequestState.UNFILLED:
        who = gettext("nobody can")
    else:
        who = gettext("nobody yet")
    ends = _ends(request.measure, line) if request.measure else ""
    return ClockRow(
        line=line,
        request=request,
        who=f"{words.work(request)} · {who}",
        next_badge=badge,
        next_strong=strong,
        next_text=text,
        # Where the badge speaks of the end, the line below need not say it again.
        after="" if badge and badge[0] == "wacht" else ends,
        url=reverse("matching:request-detail", args=[request.pk]),
    )


def _first_comes(
    request: Request, line: clockline.ClockLine, running: _Running, *, now: datetime
) -> tuple[tuple[str, str, str] | None, str, str]:
    """A badge where somebody has to act or answer, else the next session in words."""
    sessions = [one for one in running.sessions.get(request.pk, ()) if one.ends_at >= now]
    offers = running.offers.get(request.pk, [])
    call_at = running.to_call.get(request.pk)
    badge = _act_badge(request, sessions, call_at, now=now) or _term_badge(line, offers, now=now)
    if badge or not sessions:
        return badge, "", ""
    return None, moments.moment(sessions[0].starts_at), sessions[0].label


def _act_badge(
    request: Request, sessions: Sequence[SessionMark], call_at: datetime | None, *, now: datetime
) -> tuple[str, str, str] | None:
    """Something that a human has to do now."""
    to_confirm = [one for one in sessions if one.state == "confirm"]
    if to_confirm:
        before = moments.before(to_confirm[0].starts_at, now=now)
        return "nu", gettext("Confirm %(before)s") % {"before": before}, ""
    if request.measure and request.measure.state == MeasureState.END_REACHED_UNCONFIRMED:
        return "nu", gettext("End reached: ask"), ""
    if call_at:
        before = moments.before(call_at, now=now)
        return "nu", gettext("Call %(before)s") % {"before": before}, ""
    return None


def _term_badge(
    line: clockline.ClockLine, offers: Sequence[Offer], *, now: datetime
) -> tuple[str, str, str] | None:
    """A term that runs out by itself."""
    deadlines = [one.deadline_at for one in offers if one.state == OfferState.OPEN]
    if deadlines:
        before = moments.before(max(deadlines), now=now)
        return "weet", gettext("Answer %(before)s") % {"before": before}, "wacht"
    if _is_today(line.end, now):
        clock = moments.clock(line.end)
        return "wacht", gettext("Ends today %(clock)s") % {"clock": clock}, ""
    return None


def _ends(measure: Measure, line: clockline.ClockLine) -> str:
    moment = moments.moment(line.end)
    if measure.state == MeasureState.EXTENDED:
        return gettext("Extended until %(moment)s") % {"moment": moment}
    if line.stated:
        return gettext("Ends %(moment)s") % {"moment": moment}
    return gettext("Ends %(moment)s (calculated)") % {"moment": moment}


def _is_today(at: datetime, now: datetime) -> bool:
    return at >= now and at.astimezone(AMSTERDAM).date() == now.astimezone(AMSTERDAM).date()


# --- The rest ---------------------------------------------------------------------------------


def _coming(running: _Running, *, now: datetime) -> list[Coming]:
    found = [one for request in running.requests for one in _moments(request, running)]
    near = [one for one in found if now < one.at <= now + AHEAD]
    return sorted(near, key=lambda one: one.at)[:MOST_MOMENTS]


def _moments(request: Request, running: _Running) -> Iterable[Coming]:
    number = request.number
    for offer in running.offers.get(request.pk, []):
        if offer.state == OfferState.OPEN:
            about = gettext("%(number)s · no answer? Then the next") % {"number": number}
            yield Coming(offer.deadline_at, gettext("Answer to an offer"), about)
    yield Coming(request.earliest_contact_at, gettext("Participant can be reached"), number)
    held = running.assignments.get(request.pk)
    for session in running.sessions.get(request.pk, ()):
        about = f"{number} · {held.expert.short_name}" if held else number
        yield Coming(session.starts_at, session.label, about)
    end = end_of(request.measure) if request.measure else None
    if end is not None and request.measure:
        stated = request.measure.end_stated_at is not None
        what = gettext("End as decided") if stated else gettext("End, calculated")
        yield Coming(end, what, number)
