"""Insight listens to the layers below; each receiver makes one call, within their transaction."""

from __future__ import annotations

from datetime import datetime

from django.dispatch import receiver

from insight import actions
from matching import signals
from matching.models import Request


@receiver(signals.request_closed, dispatch_uid="insight.request_closed")
def request_closed(request: Request, now: datetime, **_facts: object) -> None:
    """What is told of it later is written now: its rows will go."""
    actions.count_request(request_id=request.pk, now=now)
