"""The safety gate as a table: who confirms an item, how hard it is, what opens it again.

Source: domain.md 5.2, thirteen items before a first meeting, agreed from the principles of the
field (5.1). Regions change words and people, not the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from matching.states import GateCode, GateWho


class Cause(StrEnum):
    """What can open a confirmed item again (design.md 3a)."""

    END = "END"
    STATE = "STATE"
    PLACE = "PLACE"
    ROLES = "ROLES"
    NUMBERS = "NUMBERS"
    INCIDENT = "INCIDENT"
    TIME = "TIME"


_EVERY_CHANGE = frozenset({Cause.END, Cause.STATE, Cause.ROLES, Cause.INCIDENT})
_NOTHING: frozenset[Cause] = frozenset()


@dataclass(frozen=True)
class Item:
    """One line of the gate.

    Attributes:
        who: who may confirm it; the first one is asked.
        is_hard: blocks the first meeting while it is not done.
        question: what is confirmed, in the words of the page.
        voided_by: the changes after which it must be confirmed again.
        is_waivable: two persons may do without it.
    """

    code: GateCode
    who: tuple[GateWho, ...]
    question: str | Promise
    voided_by: frozenset[Cause]
    is_hard: bool = True
    is_waivable: bool = False

    @property
    def lapses(self) -> bool:
        """Is it asked again after the region's number of days, while a measure runs?"""
        return Cause.TIME in self.voided_by


# Why the last column reads as it does: knowledge of people ages (TIME); an extension says that
# the threat goes on (END, STATE); whoever may be at home again makes a known place unknown
# (G7); a newly protected person may be somebody the expert knows (G9, ROLES). A duo, a number
# and a card do not change because a date does. G10 is judged again at every look.
ITEMS: tuple[Item, ...] = (
    Item(
        GateCode.G1,
        (GateWho.REQUESTER,),
        _("There is a safety plan and the case manager knows its present version."),
        _EVERY_CHANGE | {Cause.PLACE, Cause.TIME},
    ),
    Item(
        GateCode.G2,
        (GateWho.REQUESTER,),
        _("The case manager and a deputy can be reached, also outside office hours."),
        frozenset({Cause.NUMBERS, Cause.INCIDENT, Cause.TIME}),
    ),
    Item(
        GateCode.G3,
        (GateWho.REQUESTER, GateWho.COORDINATOR),
        _("The measure is recorded, and whom it protects: roles, never names."),
        _EVERY_CHANGE | {Cause.TIME},
    ),
    Item(
        GateCode.G4,
        (GateWho.REQUESTER,),
        _("A professional has looked at the risks."),
        _EVERY_CHANGE | {Cause.TIME},
    ),
    Item(
        GateCode.G5,
        (GateWho.COORDINATOR,),
        _("If control or stalking is suspected: a forensic consultation, and two persons agree."),
        _EVERY_CHANGE | {Cause.TIME},
    ),
    Item(
        GateCode.G6,
        (GateWho.REQUESTER,),
        _("The participant wants contact with somebody who has been there."),
        frozenset({Cause.STATE, Cause.INCIDENT, Cause.TIME}),
    ),
    Item(
        GateCode.G7,
        (GateWho.COORDINATOR,),
        _("The place is safe: not forbidden, not at anybody's home, others near."),
        frozenset({Cause.STATE, Cause.PLACE, Cause.ROLES, Cause.INCIDENT, Cause.TIME}),
    ),
    Item(
        GateCode.G8,
        (GateWho.COORDINATOR,),
        _("The first meeting is with two: a professional or a second expert comes along."),
        frozenset({Cause.INCIDENT}),
        is_waivable=True,
    ),
    Item(
        GateCode.G9,
        (GateWho.EXPERT,),
        _("The expert knows nobody in this matter."),
        frozenset({Cause.ROLES}),
    ),
    Item(
        GateCode.G10,
        (GateWho.SYSTEM,),
        _("Papers, agreements and training carry this work at this organisation."),
        _NOTHING,
    ),
    Item(
        GateCode.G11,
        (GateWho.EXPERT, GateWho.COORDINATOR),
        _("Is it going well enough with the expert?"),
        frozenset({Cause.INCIDENT, Cause.TIME}),
        is_hard=False,
    ),
    Item(
        GateCode.G12,
        (GateWho.SYSTEM,),
        _("The emergency card is with the request: 112, numbers of help, duty and case manager."),
        _NOTHING,
    ),
    Item(
        GateCode.G13,
        (GateWho.COORDINATOR,),
        _("Check-in and check-out are agreed, and who is called when one stays out."),
        frozenset({Cause.INCIDENT, Cause.PLACE}),
    ),
)
BY_CODE: dict[str, Item] = {item.code: item for item in ITEMS}


# Help that answers day and night, free of charge (domain.md 5.2, G12): what for, and the number.
HELPLINES: tuple[tuple[str | Promise, str], ...] = (
    (_("Worried about somebody at home? Ask for advice, day and night"), "0800 2000"),
    (_("Thoughts of suicide? Talk with 113, day and night"), "0800 0113"),
)


def voided_by(cause: Cause) -> tuple[GateCode, ...]:
    """The items that `cause` opens again, in order."""
    return tuple(item.code for item in ITEMS if cause in item.voided_by)
