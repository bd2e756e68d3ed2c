"""The canaries: one unique marker per sensitive field, and where each may stand.

A field of class 3 or 4 has a marker that nothing else in Naast contains. Codes (a role, a
measure) cannot be unique words; for those the code and its Dutch label are looked for as whole
words. `columns` are the only columns of the database in which a marker may be read as it is.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import TextChoices
from django.utils import translation

from matching.states import Conflict, MeasureKind, ProtectedRole, Relation, RiskAnswer
from pool.specialisms import Form
from pool.states import VogState
from pool.vocabulary import Experience, IntakeTopic, LeavingReason, SuspensionReason

LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnprstv")


@dataclass(frozen=True)
class Canary:
    """One sensitive field.

    Attributes:
        name: what people call the field.
        value: what is typed or chosen.
        needles: every way in which it may turn up.
        is_code: a word of a closed list: only whole words count, and only in text.
        columns: table.column where it may be read, by decision.
        sealed: app.Model.field of the sealed fields in which it stands.
    """

    name: str
    value: str
    needles: tuple[str, ...]
    is_code: bool = False
    columns: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        found = "|".join(re.escape(one) for one in sorted(self.needles, key=len, reverse=True))
        return re.compile(rf"(?<!\w)(?:{found})(?!\w)" if self.is_code else found, re.IGNORECASE)


# By decision (docs/adr/0008): a login must find its person before any region is known.
LOGIN = frozenset({"core_user.name", "core_user.email", "account_emailaddress.email"})
# Regional, behind row security, gone ten days after it was written: until somebody comes in,
# the address to which the only way in is tied stands here as it was typed.
INVITATION = frozenset({"core_invitation.email"})
ADDRESS_OF_LOGIN = LOGIN - {"core_user.name"}


def marker(word: str) -> str:
    """A word that stands nowhere else: letters only, so that no rule takes it for a number."""
    return f"Kanarie-{word}-{secrets.token_hex(4).translate(LETTERS)}"


def named(
    name: str, word: str, *sealed: str, columns: frozenset[str] = frozenset(), suffix: str = ""
) -> Canary:
    """A canary of words; addresses made from a name carry it with dots."""
    value = marker(word)
    dotted = value.replace("-", ".")
    return Canary(name, value + suffix, (value, dotted), columns=columns, sealed=frozenset(sealed))


def phoned(name: str, *sealed: str, columns: frozenset[str] = frozenset()) -> Canary:
    """A telephone number, looked for as typed, as dialled, and with the code of the country."""
    figures = f"{10_000_000 + secrets.randbelow(89_999_999)}"
    typed = f"06 {figures[:4]} {figures[4:]}"
    needles = (typed, f"06{figures}", f"6{figures}", f"{figures[:4]} {figures[4:]}")
    return Canary(name, typed, needles, columns=columns, sealed=frozenset(sealed))


def coded(
    name: str, choice: TextChoices, *columns: str, also: tuple[str, ...] = (), label: bool = True
) -> Canary:
    """A choice of a closed list: its code, how it is said in Dutch, and what is `also` said."""
    with translation.override("nl"):
        said = (str(choice.label),) if label else ()
    needles = (choice.value, *said, *also)
    return Canary(name, choice.value, needles, is_code=True, columns=frozenset(columns))


def at(*columns: str) -> frozenset[str]:
    return frozenset(columns)


EXPERT, REQUEST = "pool.Expert", "matching.Request"
ADDRESS = "core.Message.address"


class Canaries:
    """Everything that is sensitive about the people of the journey."""

    def __init__(self) -> None:
        self._experts()
        self._papers()
        self._professionals()
        self._request()
        self._choices()

    def _experts(self) -> None:
        first, last = f"{EXPERT}.first_name", f"{EXPERT}.last_name"
        phone, email = f"{EXPERT}.phone", f"{EXPERT}.email"
        post = "@kanarie.example"
        self.first = named("first name", "voornaam", first, columns=LOGIN)
        self.last = named("last name", "achternaam", last, columns=LOGIN)
        self.phone = phoned("phone", phone, ADDRESS)
        self.email = named("e-mail address", "post", email, ADDRESS, suffix=post)
        self.home = named("home area", "woonplaats", columns=at("pool_area.name"))
        self.other = named("other expert", "ander", first, columns=LOGIN)
        self.other_phone = phoned("phone of the other expert", phone, ADDRESS)
        # Who comes in by invitation has no name outside the pool, only an address.
        come_in = ADDRESS_OF_LOGIN | INVITATION
        self.new_first = named("first name of a newcomer", "nieuw", first)
        self.new_phone = phoned("phone of a newcomer", phone)
        self.new_email = named(
            "address of a newcomer", "nieuwpost", email, ADDRESS, columns=come_in, suffix=post
        )
        self.password = named("password", "wachtwoord")
        self.view = named("name of a view", "weergave", "pool.SavedView.name")
        self.row = named("row of a file", "rij", "pool.ImportDraft.rows")
        self.wish = named("wish to put right", "rechtzetten", "pool.Correction.wish")

    def _papers(self) -> None:
        vog = "pool_vogevidence"
        self.vog_function = named(
            "function on the VOG", "functie", columns=at(f"{vog}.function_label")
        )
        self.vog_organisation = named(
            "organisation on the VOG", "werkgever", columns=at(f"{vog}.organisation_label")
        )
        # Class 4: nowhere but in its box, not even as a code in the log.
        way = coded("how far a new VOG is", VogState.INTENT_TO_REFUSE)
        self.way = replace(way, sealed=frozenset({"pool.VogApplication.box"}))
        self.training = named(
            "provider of the training", "opleider", columns=at("pool_training.provider")
        )

    def _professionals(self) -> None:
        number = at("core_membership.phone")
        self.requester = named("requester", "aanvrager", columns=LOGIN)
        self.requester_phone = phoned("phone of the requester", ADDRESS, columns=number)
        self.organisation = named(
            "organisation", "organisatie", columns=at("core_organisation.name")
        )
        self.coordinator = named("coordinator", "coordinator", columns=LOGIN)
        self.coordinator_phone = phoned("phone of the coordinator", ADDRESS, columns=number)

    def _request(self) -> None:
        place = "pool.MeetingPlace"
        self.place = named("place", "plek", f"{place}.name")
        self.address = named("address of the place", "adres", f"{place}.address")
        self.reference = named("case reference", "zaak", "matching.Case.reference")
        self.manager = named("case manager", "regisseur", f"{REQUEST}.case_manager_name")
        self.manager_phone = phoned("phone of the case manager", f"{REQUEST}.case_manager_phone")
        self.deputy = named("deputy", "vervanger", f"{REQUEST}.deputy_name")
        self.deputy_phone = phoned("phone of the deputy", f"{REQUEST}.deputy_phone")
        self.night_phone = phoned("phone at night", f"{REQUEST}.out_of_hours_phone")

    def _choices(self) -> None:
        self.life = coded("life experience", Experience.MILITARY, "pool_lifeexperience.code")
        self.guarded = replace(
            coded("guarded specialism", Form.SV_GROUP),
            sealed=frozenset({"pool.GuardedSpecialism.code"}),
        )
        self.talk = replace(
            coded("what a first talk goes through", IntakeTopic.OWN_PROCESS),
            sealed=frozenset({"pool.Intake.box"}),
        )
        self.leaving = replace(
            coded("why somebody leaves", LeavingReason.NO_PAPERS),
            sealed=frozenset({"pool.Expert.leaving_reason"}),
        )
        self.avoided = named("whom one avoids", "liever-niet", "pool.Avoided.name")
        self.measure = coded(
            "kind of measure", MeasureKind.THV, "matching_measure.kind", also=("huisverbod",)
        )
        self.protected = coded(
            "protected role", ProtectedRole.PARENTS, "matching_measure.protected_roles"
        )
        self.relation = coded("relation", Relation.EX_PARTNER, "matching_request.relation")
        self.risk = coded(
            "answer about risk", RiskAnswer.NO_CONTRAINDICATION, "matching_gateitem.risk"
        )
        self.conflict = coded(
            "whether somebody is known",
            Conflict.NO_CONFLICT,
            "matching_conflictdeclaration.answer",
        )
        # Said with a word of every day, so only its code can be looked for.
        self.suspension = coded(
            "why somebody was stopped",
            SuspensionReason.WELLBEING,
            "pool_suspension.reason",
            label=False,
        )

    def all(self) -> tuple[Canary, ...]:
        """Every one of them."""
        return tuple(vars(self).values())


CONTENT = "core.Message.content"
TOKENS = "tokens"


def sealed_by(canaries: Iterable[Canary]) -> dict[str, set[str]]:
    """Sealed field -> the canaries that are meant to stand in it."""
    found: dict[str, set[str]] = {CONTENT: {TOKENS}}
    for canary in canaries:
        for label in canary.sealed:
            found.setdefault(label, set()).add(canary.name)
    return found


def token_canary(n: int, kind: str, token: str) -> Canary:
    """The secret of a link: in its own message and on the way, and nowhere else."""
    return Canary(f"token {n} of {kind}", token, (token,))
