"""The parts of a page, as functions: the signature is the contract.

A misspelt argument, meaning or pictogram is a template error, so a page cannot go out without its
sign. Words come in translated; parts add only words of their own, such as "before".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template import Context, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from core.ui import clockline, forms, moments
from core.ui.icons import ICONS, MEANINGS

register = template.Library()

Attributes = dict[str, Any]

BUTTONS = {
    "plain": "",
    "primary": "utrecht-button--primary-action",
    "subtle": "utrecht-button--subtle",
    "danger": "utrecht-button--danger",
}
SIGNS = {"done": "goed", "now": "wacht", "next": "leeg"}
INPUTS = ("radio", "checkbox")
HEADINGS = (2, 3, 4)


@dataclass(frozen=True)
class Moment:
    """One step of a timeline; `state` is done, now or next."""

    title: str
    text: str = ""
    state: str = "next"
    icon: str = ""


def _known(value: Any, known: Any, what: str) -> Any:
    if value not in known:
        raise TemplateSyntaxError(f"{value!r} is no {what}; choose from {sorted(known)}")
    return value


# --- Small parts ------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A pictogram of the sprite, for the eye only; `size` is "", "inline" or "l"."""
    _known(name, ICONS, "pictogram")
    _known(size, ("", "inline", "l"), "size")
    kind = f" naast-icon--{size}" if size else ""
    return format_html(
        '<svg class="naast-icon{}" aria-hidden="true"><use href="#i-{}"/></svg>', kind, name
    )


@register.simple_tag
def badge(meaning: str, text: str, icon: str = "") -> SafeString:
    """A status: pictogram, word and colour, always the three."""
    _known(meaning, MEANINGS, "meaning")
    return format_html(
        '<span class="utrecht-badge-status naast-{}">{}{}</span>',
        meaning,
        _icon(icon or meaning),
        text,
    )


@register.simple_tag
def count(number: int, words: str) -> SafeString:
    """A number in a circle, with words for who hears the page; 0 shows nothing."""
    if not number:
        return SafeString()
    return format_html(
        '<span class="naast-count">{}<span class="naast-hidden"> {}</span></span>', number, words
    )


@register.inclusion_tag("components/button.html")
def button(  # noqa: PLR0913  as many as the element has
    label: str,
    *,
    href: str = "",
    kind: str = "plain",
    icon: str = "",
    name: str = "",
    value: str = "",
    full: bool = False,
    small: bool = False,
    about: str = "",
) -> Attributes:
    """A button, or a link that looks like one where `href` is given; `about` is only heard."""
    classes = ["utrecht-button", BUTTONS[_known(kind, BUTTONS, "kind of button")]]
    classes += ["utrecht-button--full"] if full else []
    classes += ["utrecht-button--small"] if small else []
    return {
        "label": label,
        "href": href,
        "classes": " ".join(filter(None, classes)),
        "icon": _icon(icon) if icon else "",
        "name": name,
        "value": value,
        "about": about,
    }


@register.inclusion_tag("components/back.html")
def back(href: str, label: str) -> Attributes:
    """The way back, above the title."""
    return {"href": href, "label": label}


@register.simple_tag
def when(value: datetime, style: str = "short") -> SafeString:
    """A moment as a time element; `style` is short, long, day or clock."""
    words = {
        "short": moments.moment,
        "long": moments.long_moment,
        "day": moments.day,
        "clock": moments.clock,
    }
    shown = words[_known(style, words, "style")]
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown(value))


@register.inclusion_tag("components/leaf.html")
def leaf(value: datetime) -> Attributes:
    """A leaf of a calendar: weekday, day, month."""
    weekday, number, month = moments.day(value).split()
    return {"weekday": weekday, "number": number, "month": month}


# --- Parts around content ---------------------------------------------------------------------


@register.simple_block_tag
def alert(
    content: str, meaning: str, title: str, *, wide: bool = False, live: bool = False
) -> SafeString:
    """A notice; `live` is read out at once, `wide` puts its buttons beside it on a wide page."""
    context = {
        "content": content,
        "meaning": _known(meaning, MEANINGS, "meaning"),
        "title": title,
        "wide": wide,
        "live": live,
    }
    return render_to_string("components/alert.html", context)


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    meaning: str = "",
    level: int = 3,
    id: str = "",  # noqa: A002
) -> SafeString:
    """A flat panel around its content, with the two bars of a meaning where one is given."""
    context = {
        "content": content,
        "title": title,
        "meaning": _known(meaning, ("", *MEANINGS), "meaning"),
        "level": _known(level, HEADINGS, "level of heading"),
        "id": id,
    }
    return render_to_string("components/card.html", context)


@register.simple_block_tag
def task(  # noqa: PLR0913  the parts of a task are what it is
    content: str,
    *,
    meaning: str,
    title: str,
    deadline: datetime,
    now: datetime,
    text: str = "",
    meta: str = "",
    first: bool = False,
    href: str = "",
) -> SafeString:
    """What a human must do: time left first, the acts (its content) last."""
    context = {
        "content": content,
        "meaning": _known(meaning, MEANINGS, "meaning"),
        "title": title,
        "deadline": deadline,
        "left": moments.left(deadline, now=now),
        "before": moments.before(deadline, now=now),
        "text": text,
        "meta": meta,
        "first": first,
        "href": href,
    }
    return render_to_string("components/task.html", context)


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """What stands where nothing is: why, and what will happen."""
    return render_to_string("components/empty.html", {"content": content, "title": title})


@register.simple_block_tag
def details(content: str, summary: str, *, id: str = "", open: bool = False) -> SafeString:  # noqa: A002
    """More, for who asks; with an `id` it stays open when the page refreshes itself."""
    context = {"content": content, "summary": summary, "id": id, "open": open}
    return render_to_string("components/details.html", context)


# --- Drawn parts ------------------------------------------------------------------------------


@register.inclusion_tag("components/left.html")
def left(
    *, since: datetime, until: datetime, now: datetime, note: str = "", live: bool = True
) -> Attributes:
    """A bar that empties, from `since` to `until`; the words refresh themselves when `live`."""
    whole = max(moments.elapsed(since, until), timedelta(seconds=1))
    remaining = max(moments.elapsed(now, until), timedelta(0))
    share = f"{min(remaining / whole, 1.0) * 100:.0f}"
    minutes = remaining // timedelta(minutes=1)
    return {
        "percent": f"{share}%",
        "label": gettext("%(share)s%% of the time left") % {"share": share},
        "words": ngettext("%(n)d minute left", "%(n)d minutes left", minutes) % {"n": minutes}
        if minutes < 120  # noqa: PLR2004  two hours: below it people count in minutes
        else gettext("%(length)s left") % {"length": moments.length(remaining)},
        "pattern": gettext("%(n)s minutes left") % {"n": "{n}"},
        "until": until,
        "note": note or gettext("answer %(before)s") % {"before": moments.before(until, now=now)},
        "live": live,
    }


@register.inclusion_tag("components/timeline.html")
def timeline(steps: Sequence[Moment | Mapping[str, str]], level: int = 3) -> Attributes:
    """Where something stands: what was, what is now, what comes."""
    _known(level, HEADINGS, "level of heading")
    told = [one if isinstance(one, Moment) else Moment(**one) for one in steps]
    shown = []
    for one in told:
        sign = SIGNS[_known(one.state, SIGNS, "state of a step")]
        shown.append({"step": one, "icon": _icon(one.icon or sign)})
    return {"steps": shown, "level": level}


@register.inclusion_tag("components/posts.html")
def gate_posts(done: int, total: int, label: str = "") -> Attributes:
    """A count you can see: one post per point, the confirmed ones filled."""
    said = gettext("%(done)d of %(total)d points confirmed") % {"done": done, "total": total}
    return {"posts": [n < done for n in range(total)], "label": label or said}


@register.inclusion_tag("components/steps.html")
def steps(current: int, total: int) -> Attributes:
    """How far in a form with several pages, counted from 1."""
    said = gettext("Step %(n)d of %(total)d") % {"n": current, "total": total}
    before, after = ["is-done"] * (current - 1), [""] * (total - current)
    return {"text": said, "states": [*before, "is-now", *after]}


@register.inclusion_tag("components/pair.html", takes_context=True)
def pair(  # noqa: PLR0913  two answers and where they go
    context: Context,
    action: str,
    yes: str = "",
    no: str = "",
    *,
    name: str = "answer",
    yes_value: str = "yes",
    no_value: str = "no",
) -> Attributes:
    """Two answers of the same size and colour, because both are welcome."""
    return {
        "action": action,
        "yes": yes or gettext("Yes, I can"),
        "no": no or gettext("No, not now"),
        "name": name,
        "yes_value": yes_value,
        "no_value": no_value,
        "csrf_token": context.get("csrf_token", ""),
    }


# --- Forms ------------------------------------------------------------------------------------


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, *, column: bool = False, legend: str = "", plain: bool = False
) -> Attributes:
    """A field with its label, help and errors; `column` puts the tiles of choices below each other.

    `plain` leaves out that a field may stay empty, where that goes without saying: in a filter.
    A field may carry `hints` (value to explanation) and `part_labels` (names of day and time).
    """
    kind = forms.kind(bound)
    described = bound.aria_describedby if hasattr(bound, "aria_describedby") else None
    return {
        "bound": bound,
        "kind": kind,
        "label": legend or bound.label,
        "optional": not bound.field.required and kind != "tick" and not plain,
        "help_id": f"{bound.auto_id}_helptext",
        "error_id": f"{bound.auto_id}_error",
        "described": described or "",
        "column": column,
        "control": forms.control(bound) if kind == "control" else "",
        "choices": list(forms.choices(bound)) if kind == "choices" else [],
        "parts": list(forms.parts(bound)) if kind == "parts" else [],
    }


@register.inclusion_tag("components/choice.html")
def choice(  # noqa: PLR0913  as many as the element has
    name: str,
    value: str,
    label: str,
    *,
    type: str = "radio",  # noqa: A002
    checked: bool = False,
    hint: str = "",
) -> Attributes:
    """One tile to tap, outside a form class."""
    return {
        "name": name,
        "value": value,
        "label": label,
        "type": _known(type, INPUTS, "type of choice"),
        "checked": checked,
        "hint": hint,
    }


@register.inclusion_tag("components/errors.html")
def errors(form: BaseForm) -> Attributes:
    """What is to be mended, on top of the form, each line a link to its field."""
    found = [
        {"label": bound.label, "id": forms.first_id(bound), "message": message}
        for bound in form.visible_fields()
        for message in bound.errors
    ]
    hidden = [message for bound in form.hidden_fields() for message in bound.errors]
    general = [*form.non_field_errors(), *hidden]
    number = len(found) + len(general)
    title = ngettext("One thing needs a look", "%(n)d things need a look", number) % {"n": number}
    return {"found": found, "general": general, "number": number, "title": title}


# --- The clock line ---------------------------------------------------------------------------


@register.inclusion_tag("components/clock_row.html")
def clock_row(line: clockline.ClockLine, *, id: str, desc: str = "") -> Attributes:  # noqa: A002
    """The clock line of 60 pixels: for lists and phones. `id` is unique on the page."""
    day = clockline.current_day(line)
    words = gettext("day %(n)d") % {"n": day}
    return {
        "drawing": clockline.draw(line, flag_width=8 * len(words) + 6),
        "words": words,
        "title": _title(line),
        "desc": desc or clock_words(line),
        "id": id,
    }


@register.inclusion_tag("components/clock_large.html")
def clock_large(line: clockline.ClockLine, *, id: str, desc: str = "") -> Attributes:  # noqa: A002
    """The clock line of 172 pixels, with dates; on a phone the row and the dates in words."""
    day = {"n": clockline.current_day(line)}
    words, row_words = gettext("now, day %(n)d") % day, gettext("day %(n)d") % day
    drawing = clockline.draw(line, flag_width=8 * len(words) + 5)
    told = {one["key"]: one for one in _dates(line)}
    return {
        "drawing": drawing,
        "row": clockline.draw(line, flag_width=8 * len(row_words) + 6),
        "words": words,
        "row_words": row_words,
        "title": _title(line),
        "desc": desc or clock_words(line),
        "dates": list(told.values()),
        "ends": [{"at": one, **told[one.text]} for one in drawing.ends],
        "ticks": clockline.TICKS,
        "strong_ticks": clockline.STRONG_TICKS,
        "id": id,
    }


@register.inclusion_tag("components/clock_first72.html")
def clock_first72(hours: clockline.FirstHours, *, id: str, desc: str = "") -> Attributes:  # noqa: A002
    """The first 72 hours after a request: goals, and what happens until then."""
    words = gettext("now %(clock)s") % {"clock": moments.clock(hours.now)}
    until = hours.unreachable_until
    return {
        "drawing": clockline.draw_hours(hours, flag_width=8 * len(words) + 4),
        "goals": list(
            zip(
                clockline.draw_hours(hours, flag_width=0).goals,
                [gettext("%(n)d h") % {"n": n} for n, _ in hours.goals],
                strict=True,
            )
        ),
        "words": words,
        "reachable": gettext("reachable %(clock)s") % {"clock": moments.clock(until)}
        if until
        else "",
        "title": gettext("The first 72 hours of %(name)s") % {"name": hours.name},
        "desc": desc or hours_words(hours),
        "id": id,
    }


@register.inclusion_tag("components/clock_axis.html")
def clock_axis(what: str, following: str, day_base: int = 0) -> Attributes:
    """The head above rows of clock lines: one axis, so that they can be compared."""
    first = gettext("day %(n)d") % {"n": day_base}
    return {
        "axis": clockline.axis(day_base),
        "first": first,
        "what": what,
        "following": following,
    }


@register.inclusion_tag("components/clock_legend.html")
def clock_legend() -> Attributes:
    """What the signs of the clock line mean."""
    return {}


def clock_words(line: clockline.ClockLine) -> str:
    """The clock line in words, for who does not see it."""
    said = [
        gettext("Day %(n)d.") % {"n": clockline.current_day(line)},
        (gettext("End: %(moment)s.") if line.stated else gettext("End, calculated: %(moment)s."))
        % {"moment": moments.long_moment(line.end)},
    ]
    if line.latest > line.end:
        latest = moments.long_moment(line.latest)
        said.append(gettext("Latest end: %(moment)s.") % {"moment": latest})
    if line.unreachable_until:
        until = moments.long_moment(line.unreachable_until)
        said.append(gettext("Not reachable until %(moment)s.") % {"moment": until})
    said += _counted_offers(line.offers) + _counted_sessions(line.sessions)
    if line.question:
        state = {
            clockline.QuestionState.NOT_DUE: gettext("The question follows on %(day)s."),
            clockline.QuestionState.ASKED: gettext("The question of %(day)s has no answer yet."),
            clockline.QuestionState.ANSWERED: gettext("The question of %(day)s is answered."),
        }[line.question.state]
        said.append(state % {"day": moments.long_day(line.question.at)})
    return " ".join(said)


def hours_words(hours: clockline.FirstHours) -> str:
    """The first hours in words, for who does not see them."""
    gone = max(moments.elapsed(hours.start, hours.now) // timedelta(hours=1), 0)
    said = [ngettext("%(n)d hour has passed.", "%(n)d hours have passed.", gone) % {"n": gone}]
    if hours.unreachable_until:
        until = moments.long_moment(hours.unreachable_until)
        said.append(gettext("Not reachable until %(moment)s.") % {"moment": until})
    said += _counted_offers(hours.offers) + _counted_sessions(hours.sessions)
    said += [
        gettext("After %(n)d hours at the latest: %(goal)s.") % {"n": n, "goal": goal}
        for n, goal in hours.goals
    ]
    return " ".join(said)


def _title(line: clockline.ClockLine) -> str:
    return gettext("Clock of %(name)s") % {"name": line.name}


def _dates(line: clockline.ClockLine) -> list[dict[str, Any]]:
    """Start, end and latest end, each with its moment and its day in words."""

    def numbered(at: datetime, label: str) -> str:
        day = round(clockline.days_between(line.start, at)) + line.day_base
        return gettext("day %(n)d, %(label)s") % {"n": day, "label": label}

    end = line.labels.end or gettext("end")
    latest = line.labels.latest or gettext("latest end")
    computed = gettext("%(label)s (calculated)") % {"label": end}
    shown = [("start", line.start, line.labels.start or gettext("start"), "")]
    shown.append(("end", line.end, end, end if line.stated else computed))
    if line.latest > line.end:
        shown.append(("latest", line.latest, latest, ""))
    return [
        {
            "key": key,
            "label": label,
            "moment": moments.moment(at),
            "under": numbered(at, fuller or label),
            "computed": key == "end" and not line.stated,
        }
        for key, at, label, fuller in shown
    ]


def _counted_offers(offers: Sequence[clockline.Offer]) -> list[str]:
    state, counts = clockline.OfferState, Counter(one.state for one in offers)
    said = []
    if n := counts[state.OPEN]:
        said.append(ngettext("%(n)d offer runs.", "%(n)d offers run.", n) % {"n": n})
    if n := counts[state.ACCEPTED]:
        said.append(ngettext("%(n)d offer accepted.", "%(n)d offers accepted.", n) % {"n": n})
    if n := counts[state.LAPSED]:
        said.append(ngettext("%(n)d offer lapsed.", "%(n)d offers lapsed.", n) % {"n": n})
    return said


def _counted_sessions(sessions: Sequence[clockline.Mark]) -> list[str]:
    state, counts = clockline.SessionState, Counter(one.state for one in sessions)
    said = []
    if n := counts[state.DONE]:
        said.append(ngettext("%(n)d session held.", "%(n)d sessions held.", n) % {"n": n})
    if n := counts[state.PLANNED]:
        said.append(ngettext("%(n)d session planned.", "%(n)d sessions planned.", n) % {"n": n})
    if n := counts[state.CONFIRM]:
        words = ngettext("%(n)d session to confirm.", "%(n)d sessions to confirm.", n)
        said.append(words % {"n": n})
    return said


# --- Filters ----------------------------------------------------------------------------------


@register.filter
def moment(value: datetime | None) -> str:
    """Weekday, day, month and time; nothing for None: "za 5 sep 12:00"."""
    return moments.moment(value) if value else ""


@register.filter
def long_moment(value: datetime | None) -> str:
    """As `moment`, in full: "zaterdag 5 september 12:00"."""
    return moments.long_moment(value) if value else ""


@register.filter
def day(value: date | None) -> str:
    """Weekday, day and month; nothing for None: "za 5 sep"."""
    return moments.day(value) if value else ""


@register.filter
def clock(value: datetime | None) -> str:
    """Hours and minutes; nothing for None: "12:00"."""
    return moments.clock(value) if value else ""


@register.filter
def before(value: datetime, now: datetime) -> str:
    """Until when something can be done, seen from `now`: "vóór 10:50"."""
    return moments.before(value, now=now)


@register.filter
def time_left(value: datetime | timedelta, now: datetime | None = None) -> str:
    """How long until a moment, seen from `now`; or how long a term is: "ruim 3 uur"."""
    if isinstance(value, timedelta):
        return moments.length(value)
    if now is None:
        raise TemplateSyntaxError("time_left of a moment needs now: deadline|time_left:now")
    return moments.left(value, now=now)


@register.filter
def mask_phone(value: str) -> str:
    """A telephone number of which only the last two figures show: "•• •• •• •• 34"."""
    figures = re.sub(r"\D", "", value or "")
    return f"•• •• •• •• {figures[-2:]}" if figures else ""


@register.filter
def phone_href(value: str) -> str:
    """A telephone number as an address to tap: "tel:0880001234"."""
    return "tel:" + re.sub(r"[^\d+]", "", value or "")


# `badge` and `button` have an argument called icon; this is the function under another name.
_icon = icon
