"""Pages of the auditor: one question to the log, and the month."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from core import audit, clock
from core.access.models import Role, User
from core.access.permissions import allow
from core.clock import local
from core.errors import NotAllowed
from insight import log


class SearchForm(forms.Form):
    """About whom, by whom, and when."""

    about = forms.CharField(
        label=_("About whom?"),
        help_text=_("The number of a request, such as 26-0417, or a number from the log."),
        max_length=40,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    user = forms.ChoiceField(label=_("Who looked?"), required=False)
    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.choices = [
            ("", _("Everybody")),
            *((str(user), name) for user, name in log.colleagues()),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in ("about", "user", "first", "until")):
            raise forms.ValidationError(_("Fill in at least one of the four."))
        first, until = cleaned.get("first"), cleaned.get("until")
        if first and until and until < first:
            self.add_error("until", _("The last day comes before the first. Look at both."))
        return cleaned

    def wanted(self) -> log.Wanted:
        """What is looked for."""
        chosen = self.cleaned_data["user"]
        return log.Wanted(
            about=self.cleaned_data["about"],
            user=UUID(chosen) if chosen else None,
            first=self.cleaned_data["first"],
            until=self.cleaned_data["until"],
        )


@allow(Role.AUDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def log_search(request: HttpRequest) -> HttpResponse:
    """Who looked at this, and why. By POST: what is asked stands in no address."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    shown: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        wanted = form.wanted()
        found = log.search(wanted)
        audit.record(
            "log.searched",
            by=_person(request),
            at=clock.now(),
            n=len(found.lines),
            criteria=wanted.parts,
        )
        shown["found"] = found
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "insight/log_search.html", shown, status=status)


@allow(Role.AUDITOR)
@require_safe
def log_month(request: HttpRequest) -> HttpResponse:
    """Who read most without a request, and who read at night."""
    today = local(clock.now()).date()
    first = _month(request.GET.get("maand", "")) or today.replace(day=1)
    readers = log.month(first)
    audit.record("log.month_seen", by=_person(request), at=clock.now(), n=len(readers))
    earlier = (first.replace(day=1) - date.resolution).replace(day=1)
    later = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    shown = {
        "readers": readers,
        "first": first,
        "earlier": earlier,
        "later": later if later <= today else None,
        "n_without": sum(one.without for one in readers),
        "n_night": sum(one.night for one in readers),
    }
    return render(request, "insight/log_month.html", shown)


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise NotAllowed("")
    return request.user


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
