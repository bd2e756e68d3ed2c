"""Filing a request: its case, its number, its gate, and who is asked or alerted first."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core import audit
from core.access.models import Organisation, Role, User
from core.access.permissions import has_role, membership_of
from core.access.scope import current_region
from core.clock import local
from core.crypto import blind_index, new_data_key
from core.errors import NotAllowed, Refusal
from matching.actions import notices
from matching.actions.calls import climb_after, climb_every, start_calling
from matching.actions.gate import GateAnswer, make_gate
from matching.actions.measures import MeasureFiling, record_measure
from matching.actions.tasks import open_task
from matching.actions.waves import MeetingRefused, start_wave
from matching.models import Case, PolicyVersion, Request, Seat
from matching.models.requests import TaskKind
from matching.permissions import require_coordinator
from matching.queries.terms import term_of
from matching.rules import opens_by, telling
from matching.states import Release, SeatRole
from pool.models import Area, RegionProfile


class CaseReferenceTelling(Refusal):
    """The reference could say who somebody is."""

    message = _("This looks like a BSN, an e-mail address or a birth date. Use a case number.")


class AreaUnknown(Refusal):
    message = _("This postcode area is not known. Choose one from the list.")


@dataclass(frozen=True)
class Filing:
    """Everything that the form of a request asks. No name, no address, no story.

    Attributes:
        earliest_contact_at: aware; the clock of the goals starts here.
        case_reference: the organisation's own number, or None.
        measure: what is known of a measure, or None where there is none.
        gate: answers that the professional could give already, by item.
        form_key: made when the form was shown; filing it twice is harmless.
        seat_start, seat_end: fixed hours of the work, aware and half-open, or both None.
        n_seats: experts that are needed; two are a duo.
    """

    activity: str
    urgency: str
    area_code: str
    age_band: str
    relation: str
    earliest_contact_at: datetime
    case_manager_name: str
    case_manager_phone: str
    form_key: UUID
    deputy_name: str = ""
    deputy_phone: str = ""
    out_of_hours_phone: str = ""
    language: str = "nl"
    needs: Sequence[str] = ()
    day_parts: Sequence[str] = ()
    case_reference: str | None = None
    measure: MeasureFiling | None = None
    gate: Mapping[str, GateAnswer] = field(default_factory=dict)
    seat_start: datetime | None = None
    seat_end: datetime | None = None
    n_seats: int = 1


@transaction.atomic
def open_request(*, filing: Filing, by: User, now: datetime) -> Request:
    """File a request: rows, gate, alert of duty and acknowledgement in one transaction.

    The region's present policy is frozen with it. Where that asks by itself, the first wave
    leaves at once; else a coordinator gets a task. Filing the same form twice returns the first
    request and says nothing more.

    Raises:
        NotAllowed: `by` asks for no organisation here.
        CaseReferenceTelling, AmbiguousImposition, EndNotAfterStart, BeyondMaximum, AreaUnknown,
        AnswerMissing, DateToCome: nothing was changed.
    """
    organisation = _organisation_of(by)
    if filed := _filed_before(filing, by):
        return filed
    reference = _clean_reference(filing.case_reference, now=now)
    if not Area.objects.filter(pk=filing.area_code).exists():
        raise AreaUnknown
    number = _next_number(now)
    # Once more, now that the counter is ours: a second tap may have waited for it.
    if filed := _filed_before(filing, by):
        return filed
    policy = current_policy()
    case = _case(organisation, reference, now=now)
    measure = (
        record_measure(case, filing.measure, policy=policy, by=by, now=now)
        if filing.measure
        else None
    )
    request = Request(
        data_key=case.data_key,
        case=case,
        measure=measure,
        policy=policy,
        organisation=organisation,
        requester=by,
        number=number,
        activity=filing.activity,
        urgency=filing.urgency,
        area_id=filing.area_code,
        age_band=filing.age_band,
        relation=filing.relation,
        language=filing.language,
        needs=sorted(filing.needs),
        day_parts=list(filing.day_parts),
        earliest_contact_at=filing.earliest_contact_at,
        case_manager_name=filing.case_manager_name,
        case_manager_phone=filing.case_manager_phone,
        deputy_name=filing.deputy_name,
        deputy_phone=filing.deputy_phone,
        out_of_hours_phone=filing.out_of_hours_phone,
        filed_at=now,
        form_key=filing.form_key,
    )
    request.save(force_insert=True)
    seats = [
        Seat(
            request=request,
            role=SeatRole.SECOND if place else SeatRole.BUDDY,
            starts_at=filing.seat_start,
            ends_at=filing.seat_end,
        )
        for place in range(filing.n_seats)
    ]
    Seat.objects.bulk_create(seats)
    make_gate(request, filing.gate, by=by, now=now)
    audit.record(
        "request.filed", by=by, at=now, subject=case.pk, target=request, urgency=request.urgency
    )
    notices.tell_requester(
        request, "matching/request_received", once_per=f"received:{request.pk}", now=now
    )
    _release(request, seats, now=now)
    return request


def current_policy() -> PolicyVersion:
    """The newest agreement of the region."""
    return PolicyVersion.objects.order_by("-number")[0]


# --- Parts ------------------------------------------------------------------------------------


def _organisation_of(by: User) -> Organisation:
    """For whom somebody asks; a coordinator who writes a call down asks for the pool's host."""
    if has_role(by, Role.PROFESSIONAL):
        own: Organisation | None = membership_of(by, Role.PROFESSIONAL).organisation
        if own is None:
            raise NotAllowed("")
        return own
    require_coordinator(by)
    host: Organisation = RegionProfile.here().host
    return host


def _filed_before(filing: Filing, by: User) -> Request | None:
    return Request.objects.filter(form_key=filing.form_key, requester=by).first()


def _clean_reference(reference: str | None, *, now: datetime) -> str:
    text = " ".join((reference or "").split())
    if telling(text, today=local(now).date()):
        raise CaseReferenceTelling
    return text


def _case(organisation: Organisation, reference: str, *, now: datetime) -> Case:
    """The case of this reference, or a new one; without a reference always a new one.

    Asked under the counter's lock, so that two filings never make the same case twice.
    """
    case = Case(organisation=organisation, opened_at=now)
    # Written in another way it is still the same number.
    plain = unicodedata.normalize("NFKC", reference).casefold() or f"none {case.pk}"
    case.reference_index = blind_index("case.reference", str(organisation.pk), plain)
    known = Case.objects.filter(
        organisation=organisation, reference_index=case.reference_index
    ).first()
    if known is not None:
        Case.objects.filter(pk=known.pk).update(closed_at=None)
        return known
    case.data_key = new_data_key(now=now)
    case.reference = reference or None
    case.save(force_insert=True)
    return case


def _next_number(now: datetime) -> str:
    """What people say to each other: 26-0417. Per region and local year; gaps are no matter.

    One statement that also locks the counter until the end of this transaction: two filings at
    once queue up here and get two numbers. Counting rows would give both the same.
    """
    year = local(now).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO matching_requestnumber AS n (id, region_id, year, last) "
            "VALUES (gen_random_uuid(), %s, %s, 1) "
            "ON CONFLICT (region_id, year) DO UPDATE SET last = n.last + 1 RETURNING last",
            [current_region(), year],
        )
        (last,) = cursor.fetchone()
    return f"{year % 100:02d}-{last:04d}"


def _release(request: Request, seats: Sequence[Seat], *, now: datetime) -> None:
    """Start by itself, or ask a coordinator to look; an answer that forbids it asks a human."""
    is_automatic = request.policy.release(request.urgency) == Release.AUTOMATIC
    try:
        if is_automatic:
            for seat in seats:
                start_wave(seat_id=seat.pk, by=None, now=now)
    except MeetingRefused:
        is_automatic = False
    if is_automatic:
        notices.tell_on_call(once_per=f"filed:{request.pk}", now=now)
    else:
        task = open_task(
            TaskKind.NEW_REQUEST,
            request=request,
            due_at=now + timedelta(minutes=request.policy.call_back),
            once_per=f"new-request:{request.pk}",
            now=now,
        )
        calm_until = opens_by(
            now,
            request.earliest_contact_at,
            climb_after=climb_after(request),
            term=term_of(request),
        )
        start_calling(task, now=now, every=climb_every(request), calm_until=calm_until)
    request.refresh_from_db(fields=["state", "unfilled_at"])
