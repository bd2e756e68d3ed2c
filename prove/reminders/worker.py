"""The worker of the platform, with a tripwire at each point where one may be told to die.

Nothing in the platform knows of this: here its functions are wrapped, from outside. What it
reads from the environment: PROOF_ORDERS (the folder), PROOF_LEASE (seconds; the limits that
must fit into a lease shrink with it) and PROOF_TWIN (mark first, then send).
"""

from __future__ import annotations

import functools
import os
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from config.celery import app  # noqa: E402  (settings first)
from core import audit  # noqa: E402
from core.access.scope import region_scope  # noqa: E402
from core.outbox import channels, due  # noqa: E402
from core.outbox.states import Channel, WorkState  # noqa: E402
from prove.reminders.orders import Orders  # noqa: E402

__all__ = ["app"]

LAST_DOT = b"\r\n.\r\n"
orders = Orders(Path(os.environ["PROOF_ORDERS"]))


class _Hands:
    """What this process has leased, and which row it is busy with."""

    held: tuple[int, ...] = ()
    row: due.Claim | None = None


def pass_by(point: str, farewell: Callable[[], None] | None = None) -> None:
    """Come by `point`; die there when so ordered."""
    in_hand = str(_Hands.row.subject) if _Hands.row else ""
    if orders.obey(point, in_hand=in_hand, held=_Hands.held):
        if farewell:
            farewell()
        orders.die()


def before(owner: Any, name: str, point: str) -> None:
    """Let who calls `owner.name` come by `point` first."""
    plain = getattr(owner, name)

    @functools.wraps(plain)
    def wrapped(*given: Any, **named: Any) -> Any:
        pass_by(point)
        return plain(*given, **named)

    setattr(owner, name, wrapped)


def after(
    owner: Any, name: str, point: str, *, when: Callable[[Any], bool] = lambda _result: True
) -> None:
    """Let who has called `owner.name` come by `point`, where the result is one of those."""
    plain = getattr(owner, name)

    @functools.wraps(plain)
    def wrapped(*given: Any, **named: Any) -> Any:
        result = plain(*given, **named)
        if when(result):
            pass_by(point)
        return result

    setattr(owner, name, wrapped)


def keep_count() -> None:
    """Know at every moment which rows this process holds."""
    plain_claim, plain_process = due.claim, due._process  # noqa: SLF001  (from outside)

    def claim(**named: Any) -> list[due.Claim]:
        rows = plain_claim(**named)
        _Hands.held = tuple(row.pk for row in rows)
        _Hands.row = rows[0] if rows else None
        return rows

    def process(row: due.Claim, moment: Callable[[], datetime]) -> None:
        _Hands.row = row
        plain_process(row, moment)
        _Hands.held = tuple(pk for pk in _Hands.held if pk != row.pk)
        _Hands.row = None

    due.claim = claim
    due._process = process  # noqa: SLF001


def lay_wires() -> None:
    """Every point of security.md F1."""
    before(due, "claim", "before_claim")
    after(due, "claim", "after_claim", when=bool)
    before(channels, "_open", "before_connect")
    after(smtplib.SMTP, "ehlo_or_helo_if_needed", "after_ehlo")
    after(channels, "_write", "after_accept", when=lambda outcome: outcome == due.Done())
    before(due, "_end", "before_mark")
    after(due, "_process", "after_mark")
    before(audit, "record", "in_audit")
    after(due, "schedule", "in_next_step")
    after(due, "_push_back", "in_retry")
    after(due, "run_due", "idle", when=lambda n_claimed: n_claimed == 0)
    plain = smtplib.SMTP.send

    def send(self: smtplib.SMTP, s: Any) -> None:
        if isinstance(s, bytes) and s.endswith(LAST_DOT):
            pass_by("after_text", lambda: plain(self, s[: -len(LAST_DOT)]))
        plain(self, s)

    smtplib.SMTP.send = send  # type: ignore[method-assign]


def shorten(lease: float) -> None:
    """A lease of `lease` seconds, and everything that goes with it in proportion."""
    plain, due.LEASE = due.LEASE, timedelta(seconds=lease)
    due.TURN = timedelta(seconds=lease / 4)
    due.LADDER = tuple(step * (due.LEASE / plain) for step in due.LADDER)
    channels.WRITE_LIMIT = lease / 10
    channels.ANSWER_LIMIT = lease / 5


def mark_first() -> None:
    """The twin: mark it as sent, commit, and then send it."""
    plain = channels.hand_over

    def hand_over(
        channel: Channel,
        parcel: channels.Parcel,
        still_queued: channels.StillQueued,  # noqa: ARG001  it is marked as sent already
    ) -> due.Done | due.Later:
        return plain(channel, parcel, lambda: True)

    def process(row: due.Claim, moment: Callable[[], datetime]) -> None:
        with region_scope(row.region_id):
            due.become_app()
            job = due.HANDLERS[row.kind].work(row.subject, moment())
            if job is not None:
                job.finish(due.Done(), moment())
            due._end(row, WorkState.DONE, moment())  # noqa: SLF001
        if job is not None:
            job.send()

    due._process = process  # noqa: SLF001
    channels.hand_over = hand_over


if seconds := os.environ.get("PROOF_LEASE"):
    shorten(float(seconds))
if os.environ.get("PROOF_TWIN"):
    mark_first()
keep_count()
lay_wires()
