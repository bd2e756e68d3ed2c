"""Everything the platform keeps about one expert, as plain values: nothing about anybody else.

Each table that points at an expert is in it by itself, a new one as well; what is left out stands
in `LEFT_OUT` with its reason. Keys to people, requests and cases are never written out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.fields.ranges import RangeField
from django.db import models

from core.access.models import Organisation
from core.outbox.models import Message
from pool.models import Area, Expert
from pool.queries.looks import lines_about

# Tables that point at an expert and say something about others, or that only the log may tell.
LEFT_OUT = {
    "matching.task": "work of the coordinators; names requests",
}
# Columns that say something about somebody else, or that mean nothing outside.
HIDDEN = frozenset({"id", "region", "data_key", "expert", "once_per", "form_key"})
SHOWN_KEYS = (Area, Organisation)
Plain = str | int | float | bool | list[Any] | dict[str, Any] | None


def export_of(expert: Expert, *, now: datetime) -> dict[str, Plain]:
    """All own rows by table, and who looked, by role."""
    tables: dict[str, Plain] = {"expert": [_row(expert, own=True)]}
    for model, key in pointing_at_expert():
        rows = model.objects.filter(**{key: expert}).order_by("pk")
        tables[model._meta.model_name] = [  # noqa: SLF001
            _row(one, own=model._meta.app_label == "pool")  # noqa: SLF001
            for one in rows
        ]
    account: dict[str, Plain] = {}
    messages: list[Plain] = []
    if expert.user is not None:
        user = expert.user
        account = {"email": user.email, "language": user.language, "since": _plain(user.joined_at)}
        told = Message.objects.filter(recipient=user).order_by("created_at", "pk")
        messages = [
            {"what": kind, "channel": channel, "at": _plain(at), "state": state}
            for kind, channel, at, state in told.values_list(
                "template", "channel", "created_at", "state"
            )
        ]
    return {
        "made_at": _plain(now),
        "account": account,
        "tables": tables,
        "messages": messages,
        "looks": [
            {"at": _plain(one.at), "what": one.event, "role": one.actor_role}
            for one in lines_about(expert)[:2000]
        ],
    }


def pointing_at_expert() -> Iterator[tuple[Any, str]]:
    """Every table with a key to an expert, and the name of that key."""
    for model in apps.get_models():
        if model._meta.label_lower in LEFT_OUT or not hasattr(model, "retention"):  # noqa: SLF001
            continue
        for field in model._meta.get_fields():  # noqa: SLF001
            if isinstance(field, models.ForeignKey) and field.related_model is Expert:
                yield model, field.name
                break


def _row(row: Any, *, own: bool) -> dict[str, Plain]:
    """The columns of one row. Of layers above no words: they may be about others."""
    found: dict[str, Plain] = {}
    for field in row._meta.concrete_fields:  # noqa: SLF001
        if field.name in HIDDEN:
            continue
        if isinstance(field, models.ForeignKey):
            if field.related_model in SHOWN_KEYS:
                found[field.name] = str(getattr(row, field.name))
            continue
        if not own and not _is_dry(field):
            continue
        found[field.name] = _plain(getattr(row, field.name))
    return found


def _is_dry(field: Any) -> bool:
    """A moment, a number, a yes or no, or a code: nothing that somebody wrote."""
    dry = (
        models.DateField,
        models.DateTimeField,
        models.TimeField,
        models.IntegerField,
        models.BooleanField,
        RangeField,
    )
    return isinstance(field, dry) or bool(field.choices)


def _plain(value: Any) -> Plain:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "lower") and hasattr(value, "upper"):
        return [_plain(value.lower), _plain(value.upper)]
    return str(value)
