"""Writing facts down. One function is one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from insight import rules
from insight.models import Counted, Fact
from insight.queries import courses
from matching.models import Request


@transaction.atomic
def count_request(*, request_id: UUID, now: datetime) -> int:
    """Write the facts of a request that is over; asked twice, once. Returns how many."""
    _row, is_new = Counted.objects.get_or_create(request_id=request_id)
    if not is_new:
        return 0
    (course,) = courses(Request.objects.filter(pk=request_id)).values()
    return write_facts(rules.facts_of(course, now=now))


def write_facts(facts: Iterable[rules.Fact]) -> int:
    """Keep facts, in one statement. Returns how many."""
    return len(Fact.objects.bulk_create([Fact(**fact._asdict()) for fact in facts]))
