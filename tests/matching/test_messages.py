"""Nothing that leaves tells a stranger anything, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.clock import local
from core.models import DueWork, Message
from core.outbox.messages import FORBIDDEN, GSM7, GUARDS, SMS_LENGTH
from matching import actions
from matching.models import Offer
from pool.models import Expert
from tests.conftest import NOON
from tests.factories.matching import (
    HOUR,
    MINUTE,
    accept,
    ask,
    decline,
    file_request,
    make_pool,
    open_offers,
)

TEMPLATES = Path(settings.BASE_DIR) / "templates"
MAILS = sorted(path.name for path in (TEMPLATES / "emails/matching").iterdir())
TEXTS = sorted(path.stem for path in (TEMPLATES / "sms/matching").iterdir())
CONTEXT = {
    "url": f"https://naast.waterstreek.example/v/{'x' * 43}/",
    "until": "wo 30 sep 16:00",
}
# Beside the words of the guard: what would still say which matter, or whose.
TELLING = ("VT", "THV", "case", "zaak", "expert", "ervaring", "buddy", "maatje", "26-0", "client")
# To somebody whose role stopped: there is nothing left to open, so no way in is given.
WITHOUT_LINK = {"passed_on"}
languages = pytest.mark.parametrize("language", ["nl", "en"])


def rendered(template: str, language: str) -> str:
    with translation.override(language):
        return render_to_string(template, dict(CONTEXT))


@languages
@pytest.mark.parametrize("name", MAILS)
def test_a_mail_says_that_there_is_something_and_never_what(name: str, language: str) -> None:
    folder = f"emails/matching/{name}"
    subject = rendered(f"{folder}/subject.txt", language).strip()
    text = rendered(f"{folder}/body.txt", language)
    html = rendered(f"{folder}/body.html", language)

    assert subject == {"nl": "Nieuw bericht in Naast", "en": "New message in Naast"}[language]
    for part in (subject, text, html):
        assert not FORBIDDEN.search(part)
    assert not [word for word in TELLING if word.lower() in text.lower()]
    for part in (text, html):
        assert (CONTEXT["url"] in part) is (name not in WITHOUT_LINK)
    assert "src=" not in html


@languages
@pytest.mark.parametrize("name", TEXTS)
def test_a_text_message_is_one_and_says_no_more(name: str, language: str) -> None:
    text = " ".join(rendered(f"sms/matching/{name}.txt", language).split())

    assert text.startswith("Naast: ")
    assert len(text) <= SMS_LENGTH
    assert GSM7.match(text)
    assert not FORBIDDEN.search(text)
    assert not [word for word in TELLING if word.lower() in text.lower()]


def test_the_words_of_a_text_message_are_those_agreed() -> None:
    text = " ".join(rendered("sms/matching/needs_you.txt", "nl").split())

    assert text == "Naast: er is iets dat je nodig heeft. Log in."


# --- As they are posted -----------------------------------------------------------------------


def posted(offer: Offer, template: str = "matching/offer") -> dict[str, Message]:
    rows = Message.objects.filter(about=offer.pk, template=template)
    return {message.channel: message for message in rows}


def moment_of(message: Message) -> object:
    return DueWork.objects.get(kind="core.message", subject=message.pk).not_before


@pytest.mark.django_db
@pytest.mark.usefixtures("in_region")
class TestAnOffer:
    """Who is asked hears it by mail and, where wanted, by text message."""

    def test_it_says_until_when_and_where(self) -> None:
        pool = make_pool(1)
        offer = ask(pool, file_request(pool))

        found = posted(offer)

        assert set(found) == {"EMAIL", "SMS"}
        text = found["SMS"].content["text"]
        until = local(offer.deadline_at).strftime("%H:%M")
        assert text.startswith(f"Naast: er staat een vraag voor je klaar. Kijk voor {until}: http")
        assert found["SMS"].useful_until == offer.deadline_at
        assert found["EMAIL"].content["subject"] == "Nieuw bericht in Naast"

    def test_another_day_is_named(self) -> None:
        pool = make_pool(1, answer_urgent=24 * 60)
        offer = ask(pool, file_request(pool))

        assert "Kijk voor wo 11 mrt 12:00" in posted(offer)["SMS"].content["text"]

    def test_who_wants_no_text_message_gets_none(self) -> None:
        pool = make_pool(1)
        Expert.objects.update(wants_sms=False)
        offer = ask(pool, file_request(pool))

        assert set(posted(offer)) == {"EMAIL"}

    def test_a_reminder_comes_half_an_hour_before_the_end(self) -> None:
        pool = make_pool(1)
        offer = ask(pool, file_request(pool))

        reminder = posted(offer, "matching/offer_reminder")["SMS"]

        assert moment_of(reminder) == offer.deadline_at - 30 * MINUTE
        assert posted(offer)["SMS"].content["text"][-44:] == reminder.content["text"][-44:]

    def test_a_short_term_has_no_reminder(self) -> None:
        pool = make_pool(1, answer_urgent=60)
        offer = ask(pool, file_request(pool))

        assert posted(offer, "matching/offer_reminder") == {}

    @pytest.mark.parametrize(("urgency", "waits"), [("URGENT", False), ("NORMAL", True)])
    def test_at_night_only_what_is_urgent_wakes_people(self, urgency: str, *, waits: bool) -> None:
        pool = make_pool(1)
        midnight = NOON + 12 * HOUR
        request = file_request(pool, urgency=urgency, now=midnight)
        offer = ask(pool, request, now=midnight)

        sent_at = moment_of(posted(offer)["SMS"])

        assert sent_at == (midnight + 7 * HOUR if waits else midnight)

    def test_an_answered_one_is_not_brought_to_mind(self) -> None:
        pool = make_pool(2)
        request = file_request(pool)
        offer = ask(pool, request)
        message = posted(offer, "matching/offer_reminder")["SMS"]
        guard = GUARDS["matching/offer_reminder"]
        assert guard(message, NOON + HOUR)

        decline(offer)

        message.refresh_from_db()
        assert message.state == "WITHDRAWN"
        assert not guard(message, NOON + HOUR)
        assert guard(posted(open_offers(request)[0])["SMS"], NOON + HOUR)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_region")
def test_a_whole_story_leaves_nothing_telling_behind() -> None:
    """The canary of this room: everything sealed in the request, looked for in every message."""
    pool = make_pool(3, wave_size=2)
    request = file_request(
        pool,
        case_reference="WK-ZEEHOND",
        case_manager_name="Fatima Zeehond",
        case_manager_phone="088 7777 7777",
    )
    first = ask(pool, request)
    decline(first)
    assignment = accept(open_offers(request)[0])
    assert request.measure_id is not None
    actions.record_measure_event(
        measure_id=request.measure_id,
        kind="WITHDRAWN",
        source="MUNICIPALITY",
        document_seen=False,
        heard_at=NOON + HOUR,
        by=pool.bram,
        now=NOON + HOUR,
    )
    actions.end_assignment(assignment_id=assignment.pk, by=pool.cas, now=NOON + 2 * HOUR)
    actions.withdraw_request(request_id=request.pk, by=pool.bram, now=NOON + 3 * HOUR)

    messages = list(Message.objects.all())
    assert len({message.template for message in messages}) >= 7
    for message in messages:
        everything = " ".join(str(part) for part in message.content.values())
        for canary in ("ZEEHOND", "Zeehond", "7777", "Kade", request.number, "Bram", "Kaars"):
            assert canary not in everything
