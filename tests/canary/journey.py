"""One whole matter, from the night it is filed to a pause, with a canary in every field.

Everything is done over HTTP on the real processes; nothing is looked up but ids. What the
people of the story see is kept as pages, what leaves is kept per sink.
"""

from __future__ import annotations

import json
import random
import re
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.apps import apps
from django.db import connection
from django.urls import reverse

from core.access.models import Membership, Role, User
from core.access.scope import region_scope
from core.crypto import SealedText
from core.outbox.models import Message
from insight.simulation.cast import ALWAYS, Person, Place, RegionCast, Staff
from insight.simulation.regions import Stage, build_region, lay_out_areas
from matching.models import Assignment, Offer, Request, Seat
from pool import actions as pool
from pool.forms.columns import COLUMNS
from pool.models import Area, CorrectionField, Expert
from pool.sheets import as_csv
from scheduling.models import Session, SessionRole
from tests.canary.evidence import (
    FEED,
    LOGS,
    REDIS,
    SMS,
    Evidence,
    Page,
    found_in,
    unfolded,
)
from tests.canary.markers import Canaries, Canary, token_canary
from tests.canary.visitor import Visitor
from tests.canary.wire import Wire
from tests.conftest import become
from tests.journeys.stack import Stack as Processes
from tests.scenarios.stage import agree, keep_roles, on_the_wall

MONDAY = on_the_wall(2026, 8, 31, 9)
# Beat looks every five seconds; four times that is late.
PATIENCE = 20.0
TOKENS = re.compile(r"/(v|agenda|uitnodiging|accounts/password/reset/key)/([\w-]{20,})")
LINK = re.compile(r"https?://[^/\s]+(/(?:v|uitnodiging|accounts)/[^\s.]+)")
BACKUP = "naast_backup"


@dataclass
class Told:
    """What the journey leaves: the evidence, and the secrets that were made on the way."""

    canaries: Canaries
    root: str = ""
    mails: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)
    tokens: list[Canary] = field(default_factory=list)
    # Sealed field -> the canaries that were really read back from it.
    sealed: dict[str, set[str]] = field(default_factory=dict)
    # The same journey with one leak planted in every sink: sink -> the marker that leaked.
    leaks: dict[str, str] = field(default_factory=dict)
    leaking: Evidence = field(default_factory=Evidence)

    @cached_property
    def seen(self) -> list[tuple[Page, set[str]]]:
        """Every page with the names of the canaries on it."""
        every = self.canaries.all()
        return [(page, {one.name for one in found_in(every, page.text)}) for page in self.pages]

    @property
    def pages(self) -> list[Page]:
        return self.evidence.pages


def stage_of(canaries: Canaries) -> Stage:
    """A region whose people are canaries."""
    lay_out_areas()
    Area.objects.create(code="7313", name=canaries.home.value, latitude=52.36, longitude=4.93)
    pool_host, other = "Pool Waterstreek", "Buurtteam Oosterhaven"
    cast = RegionCast(
        code="VT66",
        name="Waterstreek",
        host=pool_host,
        organisations={
            pool_host: ("POOL_HOST", "088 000 45 67"),
            canaries.organisation.value: ("VEILIG_THUIS", "088 000 11 00"),
            other: ("LOCAL_TEAM", "088 000 12 00"),
        },
        coordinators=(
            Staff(f"Hanneke {canaries.coordinator.value}", canaries.coordinator_phone.value),
        ),
        professionals=(
            Staff(
                f"Tineke {canaries.requester.value}",
                canaries.requester_phone.value,
                canaries.organisation.value,
            ),
            Staff("Wim Oldersma", "06 0000 0208", other),
        ),
        experts=(
            Person(
                canaries.first.value,
                canaries.last.value,
                "7313",
                week=ALWAYS,
                can_meet=("PARENT",),
                experiences=((canaries.life.value, "COORDINATOR"),),
                max_running=3,
            ),
            Person(canaries.other.value, "Bolderman", "1055", week=ALWAYS, can_meet=("PARENT",)),
        ),
        places=(Place(canaries.place.value, canaries.address.value, "1112"),),
    )
    stage = build_region(cast, now=MONDAY, dice=random.Random(7))  # noqa: S311
    with region_scope(stage.region.pk):
        keep_roles()
        # A yes that stands at once: what is told afterwards need not be waited for.
        agree(undo=0)
        _complete(stage, canaries)
    return stage


def _complete(stage: Stage, canaries: Canaries) -> None:
    """Phones and an address of their own, and papers with words on them."""
    lead = stage.coordinators[0]
    reach = {
        canaries.first.value: {"phone": canaries.phone.value, "email": canaries.email.value},
        canaries.other.value: {"phone": canaries.other_phone.value},
    }
    for name, fields in reach.items():
        expert = Expert.objects.get(pk=stage.experts[name].pk)
        profile = pool.profile_of(expert)
        changed = type(profile)(**{**vars(profile), **fields})
        pool.update_expert(expert_id=expert.pk, profile=changed, by=lead, now=MONDAY)
    adam = Expert.objects.get(pk=stage.experts[canaries.first.value].pk)
    assert adam.user is not None
    told = {canaries.life.value: "COORDINATOR", canaries.guarded.value: "COORDINATOR"}
    pool.tell(expert_id=adam.pk, told=told, by=adam.user, now=MONDAY)
    pool.avoid_person(
        expert_id=adam.pk, name=f"J. {canaries.avoided.value}", by=adam.user, now=MONDAY
    )
    pool.record_vog(
        expert_id=adam.pk,
        issue_date=date(2026, 8, 1),
        seen_on=date(2026, 8, 20),
        profile_kind="ASPECT",
        profile_codes=["85"],
        authenticity_checked=True,
        function_label=canaries.vog_function.value,
        organisation_label=canaries.vog_organisation.value,
        by=lead,
        now=MONDAY,
    )
    pool.prepare_vog(expert_id=adam.pk, on=date(2026, 8, 25), by=lead, now=MONDAY)
    sent_on = date(2026, 8, 28)
    pool.tell_vog(expert_id=adam.pk, to="SUBMITTED", on=sent_on, by=adam.user, now=MONDAY)
    pool.record_training(
        expert_id=adam.pk,
        kind="OWN",
        provider=canaries.training.value,
        level=2,
        started_on=date(2025, 1, 1),
        completed_on=date(2025, 9, 1),
        certificate_seen_on=date(2025, 10, 1),
        by=lead,
        now=MONDAY,
    )


class Journey:
    """The story, with the people in it."""

    def __init__(self, processes: Processes, stage: Stage, wire: Wire, told: Told) -> None:
        self.processes, self.stage, self.wire, self.told = processes, stage, wire, told
        self.canaries, self.evidence = told.canaries, told.evidence
        told.root, told.mails = processes.url, processes.postbox.mails
        self.region = stage.region.pk
        self.adam = stage.experts[self.canaries.first.value]
        self.bas = stage.experts[self.canaries.other.value]

    # --- The story ----------------------------------------------------------------------------

    def live(self) -> None:
        """From Friday night to the pause."""
        self.at(2026, 9, 4, 23, 15)
        self.requester = self.visitor("requester", self.stage.professionals[0])
        self.other_professional = self.visitor("other professional", self.stage.professionals[1])
        self.coordinator = self.visitor("coordinator", self.stage.coordinators[0])
        self.expert = self.visitor("expert", self.adam.user)
        self.other = self.visitor("other expert", self.bas.user)
        self.file()
        self.invite()
        self.at(2026, 9, 5, 9, 5)
        self.ask()
        self.tell_the_coordinator()
        self.look_at_the_pool()
        self.at(2026, 9, 5, 10, 20)
        self.answer()
        self.at(2026, 9, 5, 10, 40)
        self.complete()
        self.plan()
        self.remind()
        self.fall_out()
        self.read_back()

    def file(self) -> None:
        c, by = self.canaries, self.requester
        steps: tuple[dict[str, Any], ...] = (
            {
                "activity": "BUDDY_1ON1",
                "urgency": "URGENT",
                "kind": c.measure.value,
                "imposed_0": "2026-09-04",
                "imposed_1": "22:40",
                "decision_seen": "NO",
                "protected_roles": [c.protected.value],
            },
            {
                "age_band": "THIRTIES",
                "relation": c.relation.value,
                "when": "LATER",
                "earliest_0": "2026-09-05",
                "earliest_1": "12:00",
                "language": "nl",
                "needs": ["PARENT"],
            },
            {
                "area": "1112",
                "day_parts": ["EVENING", "WEEKEND"],
                "case_manager_name": c.manager.value,
                "case_manager_phone": c.manager_phone.value,
                "deputy_name": c.deputy.value,
                "deputy_phone": c.deputy_phone.value,
                "out_of_hours_phone": c.night_phone.value,
            },
            {
                "measure_right": "on",
                "risk": "OPEN",
                "consent": "OPEN",
                "reference": c.reference.value,
            },
        )
        for number, answers in enumerate(steps, start=1):
            path = reverse("matching:request-step", args=[number])
            by.see(path, f"step {number}")
            if number == len(steps):
                # Refused once: what was typed comes back, and goes nowhere else.
                by.post(path, {**answers, "plan_on": "2031-01-01"}, "step refused", expect=422)
            by.post(path, answers)
        page = by.see(reverse("matching:request-check"), "check before sending")
        # The draft is in the session now, and must be closed there.
        self.dump()
        key = re.search(r'name="form_key" value="([^"]+)"', page)
        assert key
        by.post(reverse("matching:request-check"), {"form_key": key.group(1)})
        with region_scope(self.region):
            self.request = Request.objects.get()
            self.seat = Seat.objects.get(request=self.request)
        by.see(self.path("request-status"), "status")
        self.until("matching/request_received", "matching/needs_you")

    def invite(self) -> None:
        """A newcomer: registered on a page, comes in by the link, asks for a new password."""
        c = self.canaries
        self.coordinator.see(reverse("pool:expert-register"), "register")
        lead = self.stage.coordinators[0]
        self.coordinator.post(
            reverse("pool:expert-register"),
            {
                "first_name": c.new_first.value,
                "last_name": "Nieuweling",
                "phone": c.new_phone.value,
                "email": c.new_email.value,
                "coordinator": str(lead.pk),
                "home_area": "1112",
                "travel_radius_km": "20",
                "max_running": "2",
                "max_per_week": "4",
                "activities": ["BUDDY_1ON1"],
                "language_0": "nl",
                "level_0": "NATIVE",
            },
        )
        self._talk()
        (mail,) = self.until("core/invitation")
        path = self.link_in(mail)
        newcomer = Visitor("newcomer", self.processes.url, self.evidence)
        newcomer.see(path, "invitation")
        self.dump()
        secret = {"password": c.password.value, "again": c.password.value}
        newcomer.post(path, {**secret, "again": f"{c.password.value}x"}, "refused", expect=200)
        newcomer.post(path, secret)
        stranger = Visitor("stranger", self.processes.url, self.evidence)
        stranger.see(path, "used invitation", expect=404)
        forgetful = Visitor("stranger", self.processes.url, self.evidence)
        forgetful._ask("/accounts/login/", None)
        forgetful.see("/accounts/password/reset/", "forgot")
        forgetful.post("/accounts/password/reset/", {"email": c.new_email.value})
        (mail,) = self.until("core/password_reset")
        forgetful.see(self.link_in(mail), "new password")
        wrong = {"login": c.new_email.value, "password": f"{c.password.value}-verkeerd"}
        forgetful._ask("/accounts/login/", None)
        forgetful.post("/accounts/login/", wrong, expect=200)

    def _talk(self) -> None:
        """The first talk with the newcomer: one answer per point, and they talk again."""
        with region_scope(self.region):
            newcomer = next(one for one in Expert.objects.all() if one.last_name == "Nieuweling")
        page = reverse("pool:intake", args=[newcomer.pk])
        self.coordinator.see(page, "first talk")
        said = {"talked_on": "2026-08-31", "outcome": "GOES_ON", self.canaries.talk.value: "YES"}
        self.coordinator.post(page, said)

    def ask(self) -> None:
        by = self.coordinator
        by.see("/", "now")
        by.see(reverse("matching:request-list"), "requests")
        by.see(self.path("request-detail"), "request, open")
        by.post(self.path("request-search"), {})
        by.see(self.path("request-detail"), "request, who fits")
        args = [self.request.pk, self.seat.pk, self.adam.pk]
        by.post(reverse("matching:offer-send", args=args), {})
        by.post(reverse("matching:offer-next", args=[self.request.pk, self.seat.pk]), {})
        by.see(self.path("request-detail"), "request, asked")
        by.see(self.path("request-detail"), "request, asked, live", live=True)
        self.requester.see(self.path("request-status"), "status, asked")
        self.requester.see("/", "mine")
        with region_scope(self.region):
            assert set(Offer.objects.values_list("expert_id", flat=True)) == {
                self.adam.pk,
                self.bas.pk,
            }
        self.until("matching/offer", n=4)
        for who in (self.expert, self.other):
            who.see(reverse("matching:today"), "question")
            who.see(reverse("matching:today"), "question, live", live=True)
        with region_scope(self.region):
            offer = Offer.objects.get(expert=self.adam)
        self.expert.see(reverse("matching:offer-answer", args=[offer.pk]), "answer")
        self.other.see(reverse("matching:offer-answer", args=[offer.pk]), "no page", expect=404)

    def tell_the_coordinator(self) -> None:
        """A letter came, and something on the own page is wrong: the own coordinator may know."""
        c, by = self.canaries, self.expert
        told = {"what": "tell", "to": c.way.value, "on": "2026-09-04"}
        by.see(reverse("pool:my-vog"), "own paper, before")
        # Refused once: what was typed comes back, and goes nowhere else.
        later = {**told, "on": "2031-01-01"}
        by.post(reverse("pool:my-vog"), later, "own paper, refused", expect=422)
        by.post(reverse("pool:my-vog"), told)
        by.see(reverse("pool:my-vog"), "own paper")
        asked = {"field": CorrectionField.NAME.value, "wish": c.wish.value}
        by.see(reverse("pool:my-correction"), "what is wrong")
        by.post(reverse("pool:my-correction"), {"wish": c.wish.value}, "wish refused", expect=422)
        by.post(reverse("pool:my-correction"), asked)
        by.see(reverse("pool:my-data"), "own data")
        self.coordinator.see("/", "now, with a wish")
        paper = reverse("pool:vog", args=[self.adam.pk])
        self.coordinator.see(reverse("pool:vog-list"), "papers")
        self.coordinator.see(paper, "paper")
        for who in (self.other, self.requester):
            who.see(paper, "no page", expect=403)

    def look_at_the_pool(self) -> None:
        by = self.coordinator
        detail = reverse("pool:expert-detail", args=[self.adam.pk])
        by.see(reverse("pool:expert-list"), "pool")
        searched = {"q": self.canaries.last.value, "activity": "BUDDY_1ON1"}
        kept = {"act": "keep", "view_name": self.canaries.view.value}
        by.post(reverse("pool:expert-list"), searched | kept)
        by.see(reverse("pool:expert-list"), "pool, kept")
        rows = as_csv(list(COLUMNS.values()), [[self.canaries.row.value]])
        by.send(reverse("pool:import-start"), "file", rows)
        by.see(reverse("pool:import-check"), "file")
        by.see(detail, "expert")
        by.post(reverse("pool:expert-contact", args=[self.adam.pk]), {}, "reach", expect=200)
        by.see(reverse("pool:on-call"), "duty")
        self.expert.see(reverse("pool:my-profile"), "me")
        self.expert.see(reverse("pool:my-profile-edit"), "change me")
        self.expert.see(reverse("pool:my-avoided"), "own list")
        self.other.see(reverse("pool:my-profile"), "me")
        self.other.see(detail, "no page", expect=403)
        self.requester.see(detail, "no page", expect=403)

    def answer(self) -> None:
        """By link, without signing in; the other one comes too late."""
        links = {one.recipient_id: self.link_in(one) for one in self.messages("matching/offer")}
        assert self.adam.user_id
        assert self.bas.user_id
        phone = Visitor("link", self.processes.url, self.evidence)
        late = Visitor("link", self.processes.url, self.evidence)
        phone.see(links[self.adam.user_id], "question")
        late.see(links[self.bas.user_id], "question")
        time.sleep(2.1)  # the page refuses an answer within two seconds
        said = {"act": "answer", "answer": "yes", "conflict": self.canaries.conflict.value}
        phone.post(links[self.adam.user_id], said, "accepted", expect=200)
        late.post(links[self.bas.user_id], said, "too late", expect=200)
        late.see(f"/v/{'x' * 43}/", "unknown", expect=404)
        self.until("matching/news", "matching/offer_accepted", "matching/offer_gone")
        self.expert.see(reverse("matching:today"), "work")
        self.other.see(reverse("matching:today"), "no question")
        with region_scope(self.region):
            held = Assignment.objects.get()
        card = reverse("matching:work-card", args=[held.pk])
        self.expert.see(card, "card")
        self.other.see(card, "no page", expect=404)
        self.requester.see(self.path("request-status"), "status, matched")
        self.requester.see(self.path("request-reach"), "numbers")
        self.coordinator.see(self.path("request-detail"), "request, matched")
        number = self.path("request-reference")
        self.coordinator.post(number, {}, "request, case number", expect=200)
        for who in (self.other_professional, self.expert):
            for name in ("request-status", "request-detail"):
                status = 404 if name == "request-status" and who is not self.expert else 403
                who.see(self.path(name), "no page", expect=status)
        self.other_professional.see("/", "mine")

    def complete(self) -> None:
        by = self.requester
        by.see(self.path("request-complete"), "complete")
        answers = {
            "plan_on": "2026-09-05",
            "numbers_work": "on",
            "risk": self.canaries.risk.value,
            "consent": "YES",
        }
        by.post(self.path("request-complete"), answers)
        for code in ("G7", "G8", "G11", "G13"):
            self.coordinator.post(
                reverse("matching:gate-confirm", args=[self.request.pk, code]), {}
            )
        page = self.coordinator.see(self.path("request-detail"), "request, complete")
        assert "13 van 13" in page
        self.coordinator.see(self.path("measure-news"), "news")

    def plan(self) -> None:
        self.session = self._plan("2026-09-06", "14:00")
        detail = reverse("scheduling:session-detail", args=[self.session.pk])
        self.until("scheduling/invite", n=2)
        for who in (self.expert, self.requester, self.coordinator):
            who.see(detail, "session")
            who.see(f"{detail}?plek", "session, place")
            who.see(reverse("scheduling:agenda"), "agenda")
        self.other.see(detail, "no page", expect=404)
        self.other.see(f"{detail}?plek", "no page", expect=404)
        self.other_professional.see(f"{detail}?plek", "no page", expect=404)
        self.feeds = [self._feed_of(one) for one in (self.expert, self.requester, self.coordinator)]
        self._fetch_feeds()
        self.coordinator.see(reverse("scheduling:session-move", args=[self.session.pk]), "move")
        self.coordinator.post(
            reverse("scheduling:session-move", args=[self.session.pk]), self._moment("15:00")
        )
        self.until("scheduling/changed", n=2)

    def _plan(self, day: str, clock: str, kind: str = "FIRST_MEETING") -> Session:
        path = reverse("scheduling:session-plan", args=[self.request.pk])
        self.coordinator.see(path, "plan")
        with region_scope(self.region):
            held = Assignment.objects.exclude(state="ENDED").get()
        answers = {
            **self._moment(clock, day),
            "kind": kind,
            "people": [str(held.pk)],
            "with_professional": "on",
        }
        self.coordinator.post(path, answers)
        with region_scope(self.region):
            return Session.objects.latest("planned_at")

    def _moment(self, clock: str, day: str = "2026-09-06") -> dict[str, str]:
        place = str(self.stage.places[0].pk)
        return {"moment": "other", "other_0": day, "other_1": clock, "length": "60", "place": place}

    def _feed_of(self, who: Visitor) -> str:
        page = who.post(reverse("scheduling:feed-rotate"), {}, "feed", expect=200)
        found = re.search(r'value="([^"]+\.ics)"', page)
        assert found
        self._note("feed", found.group(1))
        return found.group(1)

    def _fetch_feeds(self) -> None:
        for n, address in enumerate(self.feeds):
            with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310  our own server
                self.evidence.add(FEED, f"feed {n}", unfolded(answer.read().decode()))
                self.evidence.add(FEED, f"feed {n}", str(answer.headers))

    def remind(self) -> None:
        for n, hour in ((1, 15), (2, 13)):
            self.at(2026, 9, 4 + n, hour)
            self.until("scheduling/reminder", n=2 * n)
        self.at(2026, 9, 6, 15, 2)
        with region_scope(self.region):
            role = SessionRole.objects.get(session=self.session, assignment__isnull=False)
        for step, minute in (("in", 3), ("out", 59)):
            self.at(2026, 9, 6, 15, minute)
            self.expert.post(reverse(f"scheduling:role-check-{step}", args=[role.pk]), {})
        self._fetch_feeds()

    def fall_out(self) -> None:
        """A second session is called off, somebody turns out to be known, others stop."""
        self.session = self._plan("2026-09-08", "19:00", "MEETING")
        cancel = reverse("scheduling:session-cancel", args=[self.session.pk])
        self.coordinator.see(cancel, "cancel")
        self.coordinator.post(cancel, {})
        self.until("scheduling/cancelled", n=2)
        self._fetch_feeds()
        with region_scope(self.region):
            held = Assignment.objects.exclude(state="ENDED").get()
        self.expert.post(reverse("matching:work-conflict", args=[held.pk]), {})
        detail = reverse("scheduling:session-detail", args=[self.session.pk])
        self.expert.see(f"{detail}?plek", "no page any more", expect=404)
        self.expert.see(reverse("matching:today"), "after a conflict")
        self.coordinator.see("/", "now, after a conflict")
        self.requester.see(self.path("request-status"), "status, again")
        self.other.post(reverse("pool:my-pause"), {"move": "pause"})
        self.coordinator.post(
            reverse("pool:expert-suspend", args=[self.bas.pk]),
            {"reason": self.canaries.suspension.value},
        )
        self.coordinator.see(reverse("pool:expert-detail", args=[self.bas.pk]), "other expert")
        leave = reverse("pool:expert-leave", args=[self.adam.pk])
        self.coordinator.see(leave, "leaving")
        last = {"act": "announce", "last_day": "2026-09-20", "reason": self.canaries.leaving.value}
        self.coordinator.post(leave, last)
        self.coordinator.see(reverse("scheduling:work-pass", args=[self.adam.pk]), "handing over")
        self.expert.see(reverse("pool:my-leaving"), "my last day")
        self.requester.post(self.path("request-withdraw"), {})
        self.requester.see(f"{reverse('matching:request-list')}?over=1", "over")
        self.wait(lambda: not self.queued(), "the last messages")

    # --- What is gathered ---------------------------------------------------------------------

    def gather(self, evidence: Evidence) -> None:
        """Everything that left or was kept until now."""
        for recipients, content in self.processes.postbox.mails:
            evidence.add_mail(recipients, content)
        with region_scope(self.region):
            for message in Message.objects.filter(channel="SMS"):
                evidence.add(SMS, f"{SMS} {message.template}", message.content["text"])
        for path in sorted(self.processes.folder.glob("*.log")):
            evidence.add(LOGS, path.name, path.read_text())
        for line in self.wire.lines():
            evidence.add_command(line)
        for key, value in self.wire.kept():
            evidence.add(REDIS, key, value)
        self.dump(evidence)

    def dump(self, evidence: Evidence | None = None) -> None:
        """Every row of every table, as a stolen backup would show it."""
        into = self.evidence if evidence is None else evidence
        become(BACKUP, "backup")
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'm') "
                    "AND relnamespace = 'public'::regnamespace ORDER BY 1"
                )
                for (table,) in cursor.fetchall():
                    cursor.execute(f'SELECT row_to_json(one)::text FROM "{table}" one')  # noqa: S608
                    for (row,) in cursor.fetchall():
                        into.add_row(table, row)
        finally:
            become("naast_app", "app")

    def read_back(self) -> None:
        """Every sealed field, opened: which canaries really stand in it."""
        with region_scope(self.region):
            for model in apps.get_models():
                sealed = [one for one in model._meta.fields if isinstance(one, SealedText)]
                for one in sealed:
                    label = f"{model._meta.label}.{one.name}"
                    values = [getattr(row, one.name) for row in model._default_manager.all()]
                    text = json.dumps(values, default=str)
                    planted = (*self.canaries.all(), *self.told.tokens)
                    found = {one.name for one in planted if one.pattern.search(text)}
                    self.told.sealed[label] = found

    # --- Small steps --------------------------------------------------------------------------

    def at(self, *wall: int) -> None:
        """From now on it is this moment on a Dutch clock."""
        self.processes.travel(on_the_wall(*wall))

    def now(self) -> datetime:
        """What the clock of the processes says."""
        ahead = float(self.processes.clock_file.read_text())
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def visitor(self, who: str, user: User | None) -> Visitor:
        visitor = Visitor(who, self.processes.url, self.evidence)
        with region_scope(self.region):
            own = Membership.objects.filter(user=user).exclude(role=Role.REGIONAL_ADMIN).get()
        visitor.sign_in(str(own.pk))
        visitor.see("/", "home")
        return visitor

    def path(self, name: str) -> str:
        return reverse(f"matching:{name}", args=[self.request.pk])

    def messages(self, template: str) -> list[Message]:
        with region_scope(self.region):
            rows = Message.objects.filter(template=template, state="SENT").order_by("created_at")
            return [one for one in rows.select_related("data_key") if one.content]

    def queued(self) -> bool:
        with region_scope(self.region):
            due = Message.objects.filter(state="QUEUED", created_at__lte=self.now())
            return due.exists()

    def until(self, *templates: str, n: int = 1) -> list[Message]:
        """Wait until at least `n` messages of each template left; returns those of the last."""
        for template in templates:
            self.wait(lambda t=template: len(self.messages(t)) >= n, template)  # type: ignore[misc]
        return self.messages(templates[-1])

    def wait(self, check: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not check():
            assert time.monotonic() < deadline, (
                f"{what} did not come: {self.processes.logs()[-2000:]}"
            )
            time.sleep(0.2)

    def link_in(self, message: Message) -> str:
        """The path of the link in a message; its secret is a canary from now on."""
        with region_scope(self.region):
            found = re.search(
                r"https?://\S+?(/(?:v|uitnodiging|accounts)/[^\s.]+)", message.content["text"]
            )
        assert found
        self._note(message.template, found.group(1))
        return found.group(1)

    def _note(self, kind: str, address: str) -> None:
        found = TOKENS.search(address)
        assert found
        secret = found.group(2)
        if secret not in {one.value for one in self.told.tokens}:
            self.told.tokens.append(token_canary(len(self.told.tokens), kind, secret))
