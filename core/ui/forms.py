"""How a form field is shown: which markup fits its widget, and what belongs around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Choice:
    """One tile to tap: the input, its words, and a line of explanation under them."""

    control: SafeString
    for_id: str
    label: str
    hint: str


@dataclass(frozen=True)
class Part:
    """One input of a field that has several, such as a day and a time."""

    control: SafeString
    for_id: str
    label: str


def kind(bound: BoundField) -> str:
    """Which markup shows this field: hidden, choices, tick, parts or control."""
    widget = bound.field.widget
    if bound.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    return "parts" if isinstance(widget, forms.MultiWidget) else "control"


def control(bound: BoundField) -> SafeString:
    """The one input of a field, in the dress that fits its widget."""
    attributes: dict[str, str | bool] = {"class": _dress(bound.field.widget, bool(bound.errors))}
    if isinstance(bound.field.widget, forms.Textarea):
        # Ten rows is what Django writes when nobody chose; a note here is short.
        rows = str(bound.field.widget.attrs.get("rows", ""))
        attributes["rows"] = "3" if rows in {"", "10"} else rows
    if type(bound.field.widget) is forms.Select:
        return _select(bound, attributes)
    return bound.as_widget(attrs=attributes)


def _select(bound: BoundField, attributes: dict[str, str | bool]) -> SafeString:
    """What the widget itself renders, without a template for each of its options.

    A list of languages has two hundred, and was a third of the time of a page.
    """
    widget = bound.field.widget
    built = bound.build_widget_attrs(attributes, widget)
    built.setdefault("id", bound.auto_id)
    shown = widget.get_context(bound.html_name, bound.value(), built)["widget"]
    groups = (
        format_html('<optgroup label="{}">{}</optgroup>', name, _options(options))
        if name
        else _options(options)
        for name, options, _place in shown["optgroups"]
    )
    return format_html(
        '<select name="{}"{}>{}</select>', shown["name"], flatatt(shown["attrs"]), _joined(groups)
    )


def _options(options: Iterable[Mapping[str, Any]]) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        # Most have no attributes, and to write none takes as long as to write some.
        (
            (one["value"], flatatt(one["attrs"]) if one["attrs"] else "", one["label"])
            for one in options
        ),
    )


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def choices(bound: BoundField) -> Iterator[Choice]:
    """The tiles of a field with choices; `hints` of the field explain a choice by its value."""
    hints: dict[str, str] = getattr(bound.field, "hints", {})
    for option in bound.subwidgets:
        yield Choice(
            control=option.tag(),
            for_id=option.id_for_label,
            label=capfirst(str(option.choice_label)),
            hint=hints.get(_value(option), ""),
        )


def parts(bound: BoundField) -> Iterator[Part]:
    """The inputs of a field with several; `part_labels` of the field name them."""
    widget = bound.field.widget
    if not isinstance(widget, forms.MultiWidget):
        raise TypeError(f"{type(widget).__name__} has no parts")
    labels = getattr(bound.field, "part_labels", (gettext("Day"), gettext("Time")))
    # The id goes in by hand: Django numbers the parts from it, and only when it renders them all.
    attributes = bound.build_widget_attrs({"id": bound.auto_id})
    shown = widget.get_context(bound.html_name, bound.value(), attributes)
    for one, data, label in zip(widget.widgets, shown["widget"]["subwidgets"], labels, strict=True):
        data["attrs"]["class"] = _dress(one, bool(bound.errors))
        yield Part(
            control=BoundWidget(one, data, bound.form.renderer).tag(),
            for_id=data["attrs"]["id"],
            label=str(label),
        )


def first_id(bound: BoundField) -> str:
    """The id of the input that an error about this field should lead to."""
    first = {"choices": "_0", "parts": "_0"}.get(kind(bound), "")
    return f"{bound.auto_id}{first}"


def _value(option: BoundWidget) -> str:
    return str(option.data["value"])


def _dress(widget: forms.Widget, invalid: bool) -> str:  # noqa: FBT001  a plain fact
    if isinstance(widget, forms.Select):
        names = ["utrecht-select"]
    elif isinstance(widget, forms.Textarea):
        names = ["utrecht-textarea"]
    else:
        names = ["utrecht-textbox"]
        if isinstance(widget, forms.DateInput):
            names.append("utrecht-textbox--date")
        elif isinstance(widget, forms.TimeInput):
            names.append("utrecht-textbox--time")
    if invalid:
        names.append("utrecht-textbox--invalid")
    own = str(widget.attrs.get("class", ""))
    return " ".join([*names, own] if own else names)


def speak(field: forms.Field) -> None:
    """Let an empty field say what to do; a field that says so itself keeps its own sentence."""
    if field.error_messages["required"] != forms.Field.default_error_messages["required"]:
        return
    if isinstance(field, forms.MultipleChoiceField):
        field.error_messages["required"] = _("Choose at least one.")
    elif isinstance(field, forms.ChoiceField):
        field.error_messages["required"] = _("Choose one.")
    else:
        field.error_messages["required"] = _("Fill this in.")
