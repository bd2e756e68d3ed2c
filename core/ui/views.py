"""The gallery: every part of the pages, in every state, in the language of who looks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext, pgettext_lazy

from core.access.permissions import PUBLIC, allow_everyone
from core.ui import context
from core.ui.clockline import (
    ZONE,
    ClockLine,
    FirstHours,
    Labels,
    Mark,
    Offer,
    OfferState,
    Question,
    QuestionState,
    SessionState,
)
from core.ui.icons import ICONS, MEANINGS

# A Saturday in late summer; the same as in the drawings, so that the two can be compared.
NOW = datetime(2026, 9, 5, 10, 12, tzinfo=ZONE)


class SampleForm(forms.Form):
    """One of each field; bound with faults, so that the gallery shows those too."""

    place = forms.CharField(
        label=pgettext_lazy("sample", "Postcode to meet"),
        help_text=pgettext_lazy("sample", "The four figures only. Not somebody's address."),
        max_length=4,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "class": "utrecht-textbox--short"},
        ),
    )
    end = forms.SplitDateTimeField(label=pgettext_lazy("sample", "End of the extension"))
    note = forms.CharField(
        label=pgettext_lazy("sample", "Short note"),
        help_text=pgettext_lazy("sample", "No names. Cleared after 90 days."),
        required=False,
        widget=forms.Textarea,
    )
    language = forms.ChoiceField(
        label=pgettext_lazy("sample", "Language"),
        choices=[
            ("nl", pgettext_lazy("sample", "Dutch")),
            ("pl", pgettext_lazy("sample", "Polish")),
        ],
    )
    when = forms.ChoiceField(
        label=pgettext_lazy("sample", "When can the first contact be?"),
        choices=[
            ("now", pgettext_lazy("sample", "Now")),
            ("later", pgettext_lazy("sample", "Later")),
        ],
        widget=forms.RadioSelect,
    )
    helps = forms.MultipleChoiceField(
        label=pgettext_lazy("sample", "What helps?"),
        choices=[
            ("plain", pgettext_lazy("sample", "plain language")),
            ("interpreter", pgettext_lazy("sample", "interpreter")),
        ],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agreed = forms.BooleanField(
        label=pgettext_lazy("sample", "Yes, I asked, and this person wants it")
    )


SampleForm.base_fields["when"].hints = {  # type: ignore[attr-defined]  # read by the field part
    "now": pgettext_lazy("sample", "can be reached"),
    "later": pgettext_lazy("sample", "for example: not free yet"),
}


@allow_everyone(PUBLIC)
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the parts, to staff and where nothing is real."""
    shown = settings.DEBUG or getattr(settings, "DEMO", False)
    if not shown and context.identify(request).audience != "staff":
        raise Http404
    filled = SampleForm(
        {"place": "3311", "end_0": "2-10-2026", "end_1": "", "language": "nl", "helps": ["plain"]}
    )
    return render(
        request,
        "gallery.html",
        {
            "icons": sorted(ICONS),
            "meanings": MEANINGS,
            "form": filled,
            "blank": SampleForm(auto_id="blank_%s", initial={"when": "later"}),
            "now": NOW,
            "soon": NOW + timedelta(minutes=38),
            "today": NOW + timedelta(hours=3, minutes=48),
            "evening": NOW + timedelta(hours=10, minutes=3),
            "sent": NOW - timedelta(minutes=62),
            "until": NOW + timedelta(minutes=53),
            "timeline": _timeline(),
            "large": _large(),
            "rows": _rows(),
            "hours": _hours(),
        },
    )


def _timeline() -> list[dict[str, str]]:
    return [
        {
            "title": pgettext("sample", "Request received"),
            "text": pgettext("sample", "at once told"),
            "state": "done",
        },
        {"title": pgettext("sample", "We wait for an answer"), "state": "now"},
        {"title": pgettext("sample", "First contact"), "state": "next", "icon": "bel"},
    ]


def _labels() -> Labels:
    return Labels(
        start=pgettext("sample", "imposed"),
        end=pgettext("sample", "end"),
        latest=pgettext("sample", "latest end"),
        question=pgettext("sample", "question of extension"),
    )


def _line(name: str, start: datetime, *, days: int = 10, **more: object) -> ClockLine:
    return ClockLine(
        name=name,
        start=start,
        end=start + timedelta(days=days),
        latest=start + timedelta(days=28),
        now=NOW,
        labels=_labels(),
        **more,  # type: ignore[arg-type]  # a sample: the fields of ClockLine as they are
    )


def _at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def _large() -> ClockLine:
    start = _at(28, 20, 15, month=8)
    state = SessionState
    return _line(
        "26-0409",
        start,
        stated=True,
        sessions=[
            Mark(_at(31, 14, month=8), state.DONE, pgettext("sample", "Mon 31 Aug")),
            Mark(_at(2, 16), state.DONE, pgettext("sample", "Wed 2 Sep")),
            Mark(_at(8, 14), state.CONFIRM, pgettext("sample", "Tue 8 Sep 14:00, confirm")),
        ],
        offers=[
            Offer(_at(29, 9, month=8), _at(29, 11, month=8), OfferState.LAPSED),
            Offer(_at(30, 3, month=8), _at(30, 5, month=8), OfferState.ACCEPTED),
        ],
        question=Question(start + timedelta(days=7), QuestionState.ASKED),
        unreachable_until=_at(29, 9, month=8),
    )


def _rows() -> list[dict[str, object]]:
    state = SessionState
    fresh, third, tenth = _at(4, 22, 40), _at(2, 3), _at(26, 9, month=8)
    samples = [
        (
            pgettext("sample", "Just begun, end calculated"),
            _line(
                "26-0417",
                fresh,
                offers=[Offer(_at(5, 9, 10), _at(5, 11, 5))],
                question=Question(fresh + timedelta(days=7)),
            ),
        ),
        (
            pgettext("sample", "Not reachable, offer accepted"),
            _line(
                "26-0415",
                third,
                stated=True,
                unreachable_until=_at(7, 12),
                offers=[Offer(_at(4, 17, 20), _at(4, 18), OfferState.ACCEPTED)],
                sessions=[Mark(_at(7, 15), state.PLANNED)],
                question=Question(third + timedelta(days=7)),
            ),
        ),
        (
            pgettext("sample", "End reached, not confirmed"),
            _line(
                "26-0402",
                tenth,
                stated=True,
                sessions=[Mark(_at(29, 14, month=8), state.DONE), Mark(_at(8, 14), state.CONFIRM)],
                question=Question(tenth + timedelta(days=7), QuestionState.ASKED),
            ),
        ),
        (
            pgettext("sample", "Extended to 28 days"),
            _line(
                "26-0398",
                _at(14, 1, 15, month=8),
                days=28,
                stated=True,
                sessions=[Mark(_at(17, 11, month=8), state.DONE), Mark(_at(7, 11))],
                question=Question(_at(21, 1, 15, month=8), QuestionState.ANSWERED),
            ),
        ),
    ]
    return [{"words": words, "line": line, "id": f"row-{line.name}"} for words, line in samples]


def _hours() -> FirstHours:
    return FirstHours(
        name="26-0417",
        start=_at(4, 23, 15),
        now=NOW,
        unreachable_until=_at(5, 12),
        offers=[
            Offer(_at(5, 9, 10), _at(5, 11, 5), label=pgettext("sample", "Ruben, until 11:05"))
        ],
        sessions=[
            Mark(_at(6, 14), SessionState.CONFIRM, pgettext("sample", "Sun 14:00, provisional"))
        ],
        goals=[
            (24, pgettext("sample", "first contact")),
            (72, pgettext("sample", "first session")),
        ],
    )
