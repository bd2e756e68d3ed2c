"""One leak in every sink, made the way a mistake would make it: the twins of the journey."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.contrib.sessions.backends.db import SessionStore

from config.celery import app
from core import audit, outbox
from core.access.scope import region_scope
from core.cache import PatientRedisCache
from core.logs import AllowListFormatter
from core.outbox import Channel
from core.outbox.models import Message
from matching.models import Task
from scheduling import ics
from tests.canary.evidence import (
    AUDIT,
    CELERY,
    COOKIES,
    DATABASE,
    DUE_WORK,
    FEED,
    HEADERS,
    LOGS,
    MAIL,
    REDIS,
    SESSIONS,
    SMS,
    URLS,
    Evidence,
)
from tests.canary.journey import Journey
from tests.canary.markers import Canary
from tests.canary.visitor import Visitor


class Leaks:
    """Plants one marker per sink into the running processes, a different one each time."""

    def __init__(self, journey: Journey, evidence: Evidence) -> None:
        self.journey, self.evidence = journey, evidence
        self.url = journey.wire.url
        c = journey.canaries
        self.plan: dict[str, tuple[Canary, Callable[[str], None]]] = {
            MAIL: (c.reference, self.mail),
            SMS: (c.place, self.sms),
            FEED: (c.address, self.feed),
            URLS: (c.deputy, self.address),
            HEADERS: (c.last, self.header),
            COOKIES: (c.home, self.cookie),
            LOGS: (c.manager, self.log),
            CELERY: (c.phone, self.task),
            REDIS: (c.night_phone, self.cache),
            AUDIT: (c.first, self.fact),
            DUE_WORK: (c.manager_phone, self.work),
            SESSIONS: (c.deputy_phone, self.session),
            DATABASE: (c.other_phone, self.row),
        }

    def plant(self) -> dict[str, str]:
        """Make every leak; returns which marker went where."""
        for canary, leak in self.plan.values():
            leak(canary.value)
        self.journey.wait(self._left, "the mail with a leak")
        return {sink: canary.name for sink, (canary, _leak) in self.plan.items()}

    def _left(self) -> bool:
        with region_scope(self.journey.region):
            return Message.objects.filter(once_per="leak:EMAIL", state="SENT").exists()

    def mail(self, marker: str) -> None:
        self._post("matching/request_received", Channel.EMAIL, "wim@kanarie.example", marker)

    def sms(self, marker: str) -> None:
        self._post("matching/offer", Channel.SMS, "06 0000 0999", marker)

    def _post(self, template: str, channel: Channel, address: str, marker: str) -> None:
        with region_scope(self.journey.region):
            outbox.post(
                template,
                channel=channel,
                address=address,
                to=None,
                once_per="leak",
                now=self.journey.now(),
                context={"url": marker, "until": "12:00"},
            )

    def feed(self, marker: str) -> None:
        entry = ics.Entry(
            uid=uuid4(),
            sequence=0,
            start=self.journey.now(),
            end=self.journey.now() + timedelta(hours=1),
            changed_at=self.journey.now(),
        )
        words = ics.Words(title="Afspraak", where=marker, text="")
        self.evidence.add(FEED, "leak", ics.feed([entry], words=words, organizer="a@b.example"))

    def address(self, marker: str) -> None:
        visitor = Visitor("leak", self.journey.processes.url, self.evidence)
        visitor.see(f"/leeg/?wie={marker}", "leak")

    def header(self, marker: str) -> None:
        self.evidence.add(HEADERS, "leak: HX-Trigger", f'{{"said": "{marker}"}}')

    def cookie(self, marker: str) -> None:
        self.evidence.add(COOKIES, "leak: Set-Cookie", f"messages={marker}; Path=/")

    def log(self, marker: str) -> None:
        """Through the formatter of the settings, which drops extras but not a message."""
        logger = logging.getLogger("naast")
        handler = logging.FileHandler(self.journey.processes.folder / "leak.log")
        handler.setFormatter(AllowListFormatter())
        logger.addHandler(handler)
        level, logger.level = logger.level, logging.INFO
        try:
            logger.info("called %s", marker, extra={"email": marker})
        finally:
            logger.level = level
            logger.removeHandler(handler)
            handler.close()

    def task(self, marker: str) -> None:
        shared = self.url.startswith("redis://")
        with app.connection_for_write(self.url if shared else None) as broker:
            app.send_task("core.beat", kwargs={"note": marker}, connection=broker)

    def cache(self, marker: str) -> None:
        PatientRedisCache(self.url, {"KEY_PREFIX": "naast"}).set("leak", {"said": marker}, 60)

    def fact(self, marker: str) -> None:
        with region_scope(self.journey.region):
            audit.record("leak.made", by=None, at=self.journey.now(), note=marker)

    def work(self, marker: str) -> None:
        with region_scope(self.journey.region):
            outbox.schedule("core.message", subject=uuid4(), at=self.journey.now(), once_per=marker)

    def session(self, marker: str) -> None:
        session = SessionStore()
        session["draft"] = {"said": marker}
        session.save()

    def row(self, marker: str) -> None:
        with region_scope(self.journey.region):
            Task.objects.create(
                kind="OVERDUE",
                made_at=self.journey.now(),
                due_at=self.journey.now(),
                once_per=marker,
            )
