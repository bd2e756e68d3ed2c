"""One Tuesday on which requests and offers pass through every state, and what is true then.

Each step does what a person or the clock does, through the actions, and says who looks where
afterwards: which sentence must stand on top, and which ways must lead on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from matching import actions as matching
from matching.actions.wider import ask_next_too
from matching.models import Assignment, Task
from matching.models.requests import TaskKind
from matching.states import GateCode
from scheduling import actions as scheduling
from scheduling.models import SessionRole
from tests.journeys.state_acts import (
    BACK,
    EXPERT,
    MINUTE,
    NAMES,
    REQUESTER,
    STEPS,
    Look,
    Story,
    at,
)
from tests.scenarios.stage import deliver, on_the_wall

__all__ = ["STEPS"]


# --- The first request: asked, declined, late, taken back ---------------------------------------


@at(10)
def filed(story: Story, now: datetime) -> Iterator[Look]:
    story.file("a", now)
    deliver(now=now)
    yield story.requester("filed", "a", "Wij hebben uw aanvraag. U hoort vóór 12:00 meer.", BACK)
    yield story.coordinator("filed", "", "1 ding vraagt nu om iemand", "Ik pak het op")


@at(11, 1)
def nobody_opened_it(story: Story, now: datetime) -> Iterator[Look]:
    deliver(now=now - MINUTE)
    yield story.requester(
        "filed-climbing", "a", "Wij hebben uw aanvraag. U hoort vóór 12:00 meer.", BACK
    )
    yield story.coordinator("filed-climbing", "", "1 ding vraagt nu om iemand", "Ik pak het op")


@at(11, 5)
def somebody_opened_it(story: Story, now: datetime) -> Iterator[Look]:
    matching.see_request(request_id=story.requests["a"].pk, by=story.hanneke, now=now)
    yield story.requester(
        "filed-opened", "a", "Wij hebben uw aanvraag. U hoort vóór 12:00 meer.", BACK
    )
    yield story.coordinator(
        "filed-opened",
        "a",
        "Nog niemand is gevraagd. Tineke W. hoort vóór 12:00 meer.",
        "Kijk wie past",
    )


@at(11, 10)
def the_first_is_asked(story: Story, now: datetime) -> Iterator[Look]:
    story.ask("a", "Adam", "Bas", "Cor", now=now)
    yield story.requester("searching", "a", "Wij zoeken. U hoort vóór 15:10 meer.", BACK)
    yield story.coordinator(
        "searching", "a", "Gevraagd: Adam A., tot 13:10.", "Bel Adam", "Trek in"
    )
    yield story.by_link("open", "a", "Adam", "Er is een vraag voor je", "Verstuur mijn antwoord")


@at(11, 40)
def the_first_declined(story: Story, now: datetime) -> Iterator[Look]:
    adam = story.expert("Adam")
    offer = story.offer("a", "Adam")
    matching.decline_offer(offer_id=offer.pk, expert_id=adam.pk, now=now, by_link=True)
    deliver(now=now)
    yield story.requester("searching-next", "a", "Wij zoeken. U hoort vóór 15:40 meer.", BACK)
    yield story.coordinator(
        "searching-next", "a", "Gevraagd: Bas B., tot 13:40.", "Bel Bas", "Trek in"
    )
    yield story.by_link("declined", "a", "Adam", "Dank je voor het kijken.", "Vertel dit")


@at(13, 45)
def the_second_was_silent(story: Story, now: datetime) -> Iterator[Look]:
    story.link("a", "Bas")
    deliver(now=now)
    yield story.requester("searching-last", "a", "Wij zoeken. U hoort vóór 15:45 meer.", BACK)
    yield story.by_link("late", "a", "Bas", "De tijd om te antwoorden is voorbij.")


@at(15, 50)
def the_term_passed(story: Story, now: datetime) -> Iterator[Look]:  # noqa: ARG001
    says = "Dit duurt langer dan wij zeiden. Bel ons als u nu meer wilt weten."
    yield story.requester("searching-late", "a", says, BACK)
    yield story.coordinator(
        "searching-late",
        "a",
        "Om 15:45 was er geen antwoord. Gevraagd: Cor C.",
        "Bel Cor",
        "Trek in",
    )


@at(15, 55)
def taken_back(story: Story, now: datetime) -> Iterator[Look]:
    story.link("a", "Cor")
    matching.withdraw_request(
        request_id=story.requests["a"].pk, by=story.stage.professionals[0], now=now
    )
    deliver(now=now)
    says = "Deze aanvraag is ingetrokken op di 3 nov 15:55."
    yield story.requester("withdrawn", "a", says, "Nieuwe aanvraag")
    yield story.coordinator("withdrawn", "a", says, "Bel 06 0000 0201")
    yield story.by_link("withdrawn", "a", "Cor", "Deze vraag is er niet meer.")


# --- The second: a yes, taken back, another yes, a meeting ---------------------------------------


@at(16, 5)
def a_yes(story: Story, now: datetime) -> Iterator[Look]:
    asked = now - 5 * MINUTE
    story.file("b", asked - MINUTE, gate={})
    story.ask("b", "Adam", "Bas", "Cor", now=asked)
    ask_next_too(seat_id=story.seat("b"), by=story.hanneke, now=asked)
    deliver(now=asked)
    story.link("b", "Bas")
    story.accept("b", "Adam", now=now)
    yield story.requester(
        "matched-undo", "b", "Adam A. zei ja. Eerste contact vóór wo 4 nov 15:59.", BACK
    )
    yield story.coordinator(
        "matched-undo",
        "b",
        "Adam A. zei ja. Eerste contact vóór wo 4 nov 15:59.",
        "Bel Adam",
        "Plan een afspraak",
    )
    yield story.by_link("accepted", "b", "Adam", "Dank je.", "Toch niet")
    yield story.by_link("next-in-line", "b", "Bas", "Iemand anders was je net voor.")


@at(16, 10)
def the_yes_taken_back(story: Story, now: datetime) -> Iterator[Look]:
    adam = story.expert("Adam")
    offer = story.offer("b", "Adam")
    matching.undo_accept(offer_id=offer.pk, expert_id=adam.pk, now=now)
    deliver(now=now)
    yield story.requester("searching-again", "b", "Wij zoeken. U hoort vóór 20:10 meer.", BACK)
    yield story.by_link("undone", "b", "Adam", "Je gaf het terug.")


@at(16, 35)
def another_yes_that_stands(story: Story, now: datetime) -> Iterator[Look]:
    said = now - 20 * MINUTE
    ask_next_too(seat_id=story.seat("b"), by=story.hanneke, now=said)
    deliver(now=said)
    story.link("b", "Cor")
    story.accept("b", "Bas", now=said)
    deliver(now=now)
    yield story.requester(
        "matched", "b", "Bas B. zei ja. Eerste contact vóór wo 4 nov 15:59.", "Vul aan, 1 minuut"
    )
    yield story.coordinator(
        "matched",
        "b",
        "Bas B. zei ja. Eerste contact vóór wo 4 nov 15:59.",
        "Bel Bas",
        "Plan een afspraak",
    )
    yield story.by_link("filled", "b", "Cor", "Iemand anders was je net voor.")


@at(16, 45)
def a_meeting_is_planned(story: Story, now: datetime) -> Iterator[Look]:
    request, worker = story.requests["b"], story.stage.professionals[0]
    own: dict[str, dict[str, object]] = {"G1": {"stated_on": now.date()}}
    own |= {"G2": {}, "G3": {}, "G4": {"risk": "NO_CONTRAINDICATION"}, "G6": {}}
    for code, answer in own.items():
        matching.confirm_gate_item(
            request_id=request.pk,
            code=code,
            by=worker,
            now=now,
            **answer,  # type: ignore[arg-type]
        )
    for code in (GateCode.G7, GateCode.G8, GateCode.G11, GateCode.G13):
        matching.confirm_gate_item(request_id=request.pk, code=code, by=story.hanneke, now=now)
    start = on_the_wall(2026, 11, 3, 17, 30)
    scheduling.plan_session(
        assignment_id=Assignment.objects.get(seat__request=request, ended_at=None).pk,
        kind="FIRST_MEETING",
        start=start,
        end=start + 60 * MINUTE,
        place_id=story.stage.places[0].pk,
        with_professional=True,
        by=story.hanneke,
        now=now,
    )
    deliver(now=now)
    yield story.requester("planned", "b", "Bas B. komt op di 3 nov 17:30.", "Open")
    yield story.coordinator(
        "planned", "b", "Bas B. komt op di 3 nov 17:30.", "di 3 nov 17:30", "Bel Bas"
    )
    yield story.at_session("planned", "Afspraak")


@at(17, 35)
def they_are_inside(story: Story, now: datetime) -> Iterator[Look]:
    role = SessionRole.objects.get(assignment__expert=story.expert("Bas"))
    user = story.expert("Bas").user
    assert user is not None
    deliver(now=now)
    scheduling.check_in(role_id=role.pk, by=user, now=now)
    yield story.requester("inside", "b", "De afspraak met Bas B. is nu, tot 18:30.", "Open")
    yield story.coordinator("inside", "b", "De afspraak met Bas B. is nu, tot 18:30.", "Bel Bas")
    yield story.at_session("inside", "Afspraak", "Check uit: ik ben veilig weg")


@at(19, 20)
def nobody_checked_out(story: Story, now: datetime) -> Iterator[Look]:
    for moment in (now - 20 * MINUTE, now - 5 * MINUTE):
        deliver(now=moment)
    says = "De afspraak met Bas B. was tot 18:30. Wij horen nog hoe het ging."
    yield story.requester("overdue", "b", says)
    yield story.coordinator("overdue", "b", "Bas B. heeft niet uitgecheckt. Bel nu.", "Bel Bas")
    yield story.coordinator("overdue-calls", "", "1 ding vraagt nu om iemand", "Ik pak het op")
    yield story.at_session("overdue", "Afspraak", "Check uit: ik ben veilig weg")


@at(19, 40)
def it_is_closed(story: Story, now: datetime) -> Iterator[Look]:
    role = SessionRole.objects.get(assignment__expert=story.expert("Bas"))
    user = story.expert("Bas").user
    assert user is not None
    scheduling.check_out(role_id=role.pk, by=user, now=now - 10 * MINUTE)
    matching.close_request(request_id=story.requests["b"].pk, by=story.hanneke, now=now)
    deliver(now=now)
    says = "Deze aanvraag is gesloten op di 3 nov 19:40."
    yield story.requester("closed", "b", says, "Nieuwe aanvraag")
    yield story.coordinator("closed", "b", says, "Bel 06 0000 0201")


# --- The third: nobody can -----------------------------------------------------------------------


@at(19, 45)
def nobody_can(story: Story, now: datetime) -> Iterator[Look]:
    story.file("c", now, language="pl")
    story.ask("c", now=now)
    yield story.requester("unfilled", "c", "Niemand kan nu. Wij bellen u vóór 21:45.", BACK)
    yield story.coordinator("unfilled", "", "1 ding vraagt nu om iemand", "Ik pak het op")


@at(20, 50)
def somebody_has_it(story: Story, now: datetime) -> Iterator[Look]:
    deliver(now=now - 5 * MINUTE)
    matching.take_call(task_id=call_to_make(story).pk, by=story.stage.coordinators[1], now=now)
    yield story.requester(
        "unfilled-answered", "c", "Niemand kan nu. Wij bellen u vóór 21:45.", BACK
    )
    yield story.coordinator(
        "unfilled-answered", "c", "Niemand kan nu. Bel Tineke W. vóór 21:45.", "Bel 06 0000 0201"
    )


@at(21, 46)
def the_promise_passed(story: Story, now: datetime) -> Iterator[Look]:
    told = [name for template, name in deliver(now=now) if template == "matching/news"]
    assert told == [NAMES[REQUESTER]]
    says = "Niemand kan nu. Wij hadden u vóór 21:45 moeten bellen. Bel ons alstublieft."
    yield story.requester("unfilled-late", "c", says, BACK)
    yield story.coordinator("unfilled-late", "", "1 ding vraagt nu om iemand", "Ik pak het op")


@at(21, 50)
def the_call_was_made(story: Story, now: datetime) -> Iterator[Look]:
    task = call_to_make(story)
    matching.finish_task(task_id=task.pk, by=story.stage.coordinators[1], now=now)
    says = "Niemand kan nu. Wij belden u daarover op di 3 nov 21:50."
    yield story.requester("unfilled-called", "c", says, BACK)
    yield Look(
        EXPERT, "offer-unknown", f"/v/{'x' * 43}/", "Deze link werkt niet meer.", ("Inloggen",),
        status=404,
    )  # fmt: skip


def call_to_make(story: Story) -> Task:
    return Task.objects.get(request=story.requests["c"], kind=TaskKind.NOBODY_FITS)
