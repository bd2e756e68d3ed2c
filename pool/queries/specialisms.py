"""What experts know, for who may know it. Guarded codes are opened here and nowhere else.

Whoever may not read them gets what they would get if nobody had told any: no code, no count, and
no question to the database of another shape.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise

from core.access.models import User
from pool.models import (
    Avoided,
    Expert,
    GuardedReader,
    GuardedSpecialism,
    LifeExperience,
    Specialism,
    SwitchedOff,
)
from pool.permissions import is_self, may_read_guarded
from pool.specialisms import DEFINITIONS, GUARDED, KIND_OF, LABELS, VOCABULARY, SpecialismKind
from pool.vocabulary import Audience


@dataclass(frozen=True)
class Told:
    """One thing an expert told, and to whom it may be shown."""

    code: str
    visible_to: str

    @property
    def kind(self) -> str:
        return KIND_OF[self.code]

    @property
    def label(self) -> str | Promise:
        return LABELS[self.code]

    @property
    def is_guarded(self) -> bool:
        return self.code in GUARDED


@dataclass(frozen=True)
class Group:
    """One list of the vocabulary, and what an expert told of it."""

    kind: SpecialismKind
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Word:
    """One code of the vocabulary as the region uses it."""

    code: str
    is_off: bool

    @property
    def label(self) -> str | Promise:
        return LABELS[self.code]

    @property
    def definition(self) -> str | Promise:
        return DEFINITIONS[self.code]

    @property
    def is_guarded(self) -> bool:
        return self.code in GUARDED


def switched_off() -> frozenset[str]:
    """Codes that this region does not use."""
    return frozenset(SwitchedOff.objects.values_list("code", flat=True))


def offered_codes(reader: User, expert: Expert) -> list[str]:
    """The codes that `reader` may choose from for `expert`, in the order of the vocabulary."""
    hidden = switched_off() | (frozenset() if may_read_guarded(reader, expert) else GUARDED)
    return [code for code in KIND_OF if code not in hidden]


def told_by(expert: Expert, *, reader: User) -> list[Told]:
    """Everything `reader` may know of what this expert told, in the order of the vocabulary."""
    return _told([expert], sees_guarded=may_read_guarded(reader, expert)).get(expert.pk, [])


def groups_of(expert: Expert, *, reader: User) -> list[Group]:
    """The same in its lists; a list of which nothing was told is left out."""
    told = told_by(expert, reader=reader)
    groups = (
        Group(kind, tuple(one for one in told if one.kind == kind)) for kind in SpecialismKind
    )
    return [group for group in groups if group.told]


def known_codes(
    experts: Collection[Expert], *, reader: User, among: Collection[str] = KIND_OF
) -> dict[UUID, frozenset[str]]:
    """Codes `among` these, per expert, that a coordinator may filter, count and export by.

    At most five queries, whatever the number of experts and whatever they told. Nothing sealed is
    opened where no guarded code was asked for, nor for who may not read it.
    """
    asks_guarded = not GUARDED.isdisjoint(among)
    found = _told(experts, sees_guarded=asks_guarded and may_read_guarded(reader))
    return {
        pk: codes
        for pk, told in found.items()
        if (codes := frozenset(one.code for one in told).intersection(among))
    }


def readable_codes(reader: User) -> list[tuple[SpecialismKind, list[str]]]:
    """Every list with the codes by which `reader` may look for people: two queries.

    What the region does not use is left out, and what is guarded for who may not read it.
    """
    hidden = switched_off() | (frozenset() if may_read_guarded(reader) else GUARDED)
    return [
        (SpecialismKind(kind), [code for code in words.values if code not in hidden])
        for kind, words in VOCABULARY.items()
    ]


def told_to_requester(expert: Expert) -> list[Told]:
    """What a professional may know of a named expert: never a form of violence."""
    return [
        one
        for one in _told([expert], sees_guarded=False).get(expert.pk, [])
        if one.kind != SpecialismKind.FORM and one.visible_to != Audience.COORDINATOR
    ]


def guarded_readers() -> list[GuardedReader]:
    """Who may read them now, in the order in which they were given the right."""
    return list(
        GuardedReader.objects.filter(ended_at=None).select_related("user").order_by("granted_at")
    )


def vocabulary() -> list[tuple[SpecialismKind, list[Word]]]:
    """Every list with its codes, as the region uses them."""
    off = switched_off()
    return [
        (SpecialismKind(kind), [Word(code, code in off) for code in words.values])
        for kind, words in VOCABULARY.items()
    ]


def avoided_by(expert: Expert, *, reader: User) -> list[Avoided]:
    """The private list, for the expert it belongs to; for anybody else it is empty."""
    if not is_self(reader, expert):
        return []
    rows = Avoided.objects.filter(expert=expert).select_related("data_key")
    return sorted(rows, key=lambda one: (one.kind, one.name.lower()))


def _told(experts: Collection[Expert], *, sees_guarded: bool) -> dict[UUID, list[Told]]:
    ids, off = [one.pk for one in experts], switched_off()
    found: dict[UUID, list[Told]] = defaultdict(list)
    for model in (LifeExperience, Specialism):
        rows: Iterable[tuple[UUID, str, str]] = model.objects.filter(expert_id__in=ids).values_list(
            "expert_id", "code", "visible_to"
        )
        for expert_id, code, visible_to in rows:
            found[expert_id].append(Told(code, visible_to))
    if sees_guarded:
        sealed = GuardedSpecialism.objects.filter(expert_id__in=ids).select_related("data_key")
        for row in sealed:
            found[row.expert_id].append(Told(row.code, Audience.COORDINATOR))
    place = {code: n for n, code in enumerate(KIND_OF)}
    return {
        expert_id: sorted(
            (one for one in told if one.code not in off), key=lambda one: place[one.code]
        )
        for expert_id, told in found.items()
    }
