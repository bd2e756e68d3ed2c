"""Bringing people in from a file: choose, look at every row, then all of them or none."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import audit, clock
from core.access.models import Role, User
from core.access.permissions import allow, has_role
from core.clock import local
from core.errors import NotAllowed, Refusal
from pool import actions, queries
from pool.forms.columns import COLUMNS, NEEDED, SIGNED
from pool.forms.imports import (
    FileForm,
    Known,
    Row,
    judged,
    known_areas_all,
    returned,
    strange_heads,
)
from pool.models import ImportDraft
from pool.permissions import STAFF
from pool.sheets import Sheet, as_csv, as_xlsx
from pool.views.shared import person_of
from pool.vocabulary import LANGUAGES, Activity, LanguageLevel, Need

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXAMPLE = {
    "first_name": "Robin",
    "last_name": "Voorbeeld",
    "phone": "06 0000 0000",
    "email": "robin@voorbeeld.example",
    "home_area": "3311",
    "travel_radius_km": "20",
    "activities": "BUDDY_1ON1; CHAT",
    "languages": "nl: NATIVE; en: B2",
    "can_meet": "SIMPLE_LANGUAGE",
    "max_running": "2",
    "max_per_week": "4",
    "coordinator": "",
}


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def import_start(request: HttpRequest) -> HttpResponse:
    """What a file looks like, and the way to send one."""
    user, now = person_of(request), clock.now()
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            actions.keep_draft(sheet=form.sheet, by=user, now=now)
            return redirect("pool:import-check")
    shown = {
        "form": form,
        "draft": queries.draft_of(user, now=now),
        "needed": [COLUMNS[key] for key in NEEDED],
        "other": [title for key, title in COLUMNS.items() if key not in NEEDED],
        "lists": _lists(),
    }
    return render(request, "pool/import_start.html", shown, status=422 if form.is_bound else 200)


def _lists() -> list[tuple[str, list[tuple[str, str]]]]:
    """The words that a cell may hold, per column."""
    return [
        (COLUMNS[key], [(code, str(label)) for code, label in choices])
        for key, choices in (
            ("activities", Activity.choices),
            ("languages", [*LANGUAGES, *LanguageLevel.choices]),
            ("can_meet", Need.choices),
        )
    ]


@allow(*STAFF)
@require_GET
def import_example(request: HttpRequest, kind: str) -> HttpResponse:  # noqa: ARG001
    """A file with the head and one invented person."""
    if kind not in TYPES:
        raise Http404
    today = local(clock.now()).date()
    row = EXAMPLE | dict.fromkeys(SIGNED, f"{today.day}-{today.month}-{today.year}")
    return file_answer(
        kind, "naast-voorbeeld", list(COLUMNS.values()), [[row[key] for key in COLUMNS]]
    )


def file_answer(  # noqa: PLR0913, PLR0917  (what a file is made of)
    kind: str,
    name: str,
    head: list[str],
    rows: list[list[str]],
    notes: dict[tuple[int, int], str] | None = None,
    footer: str = "",
) -> HttpResponse:
    """A table as something to keep; kept nowhere here."""
    content = (
        as_csv(head, rows) if kind == "csv" else as_xlsx(head, rows, marked=notes, footer=footer)
    )
    answer = HttpResponse(content, content_type=TYPES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


@dataclass(frozen=True)
class Look:
    """A file with every row judged."""

    draft: ImportDraft
    sheet: Sheet
    rows: list[Row]

    @property
    def good(self) -> list[Row]:
        return [one for one in self.rows if not one.errors]

    @property
    def bad(self) -> list[Row]:
        return [one for one in self.rows if one.errors]


def _look(user: User) -> Look | None:
    now = clock.now()
    draft = queries.draft_of(user, now=now)
    if draft is None:
        return None
    sheet = actions.sheet_of(draft)
    known = Known(
        areas=known_areas_all(),
        coordinators=queries.coordinators_by_name(),
        addresses=queries.addresses_in_pool(),
        by=user,
        decides_for_all=has_role(user, Role.REGIONAL_ADMIN),
        today=local(now).date(),
    )
    return Look(draft, sheet, judged(sheet, known))


def _gone(request: HttpRequest) -> HttpResponse:
    messages.info(request, str(actions.DraftGone.message))
    return redirect("pool:import-start")


@allow(*STAFF)
@require_http_methods(["GET", "POST"])
def import_check(request: HttpRequest) -> HttpResponse:
    """Every row with what is wrong with it; then all, only the good ones, or nothing."""
    user, now = person_of(request), clock.now()
    act = request.POST.get("act", "")
    if act == "take":
        actions.take_turns_importing()
    look = _look(user)
    if look is None:
        return _gone(request)
    if act == "drop":
        actions.drop_draft(draft_id=look.draft.pk, by=user, now=now)
        messages.success(request, _("Thrown away. Nobody was written in."))
        return redirect("pool:import-start")
    if act == "take":
        return _take(request, look)
    return _show(request, look)


def _show(
    request: HttpRequest, look: Look, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    shown = {"look": look, "strange": strange_heads(look.sheet), "refusal": refusal}
    return render(request, "pool/import_check.html", shown, status=status)


def _take(request: HttpRequest, look: Look) -> HttpResponse:
    """Only what was shown is taken over: the page sent how many rows that were."""
    if request.POST.get("seen") != f"{len(look.good)} {len(look.bad)}":
        said = _("Something changed while you were looking. Look again at the rows below.")
        return _show(request, look, refusal=said, status=409)
    newcomers = [one.newcomer for one in look.good if one.newcomer]
    try:
        n = actions.import_people(
            draft_id=look.draft.pk,
            newcomers=newcomers,
            by=person_of(request),
            now=clock.now(),
            sends_invitations=request.POST.get("invite") == "on",
        )
    except Refusal as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        return _show(request, look, refusal=str(refusal.message), status=409)
    said = ngettext("%(n)s person was written in.", "%(n)s people were written in.", n)
    messages.success(request, said % {"n": n})
    return redirect("pool:expert-list")


@allow(*STAFF)
@require_POST
def import_returned(request: HttpRequest) -> HttpResponse:
    """The rows that were refused, each with what to mend, in the kind of file they came in."""
    user = person_of(request)
    look = _look(user)
    if look is None:
        return _gone(request)
    head, rows, notes = returned(look.sheet, look.rows)
    audit.record("import.returned", by=user, at=clock.now(), target=look.draft, n=len(rows))
    return file_answer(look.sheet.kind, "naast-aan-te-passen", head, rows, notes)
