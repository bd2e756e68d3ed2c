"""Through which agreement to lend somebody is looked at, for the log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import connection

from core.access.models import User
from core.access.scope import current_region

# The one that runs counts before one that is over; both may hold work that goes on.
QUESTION = """
SELECT g.id, g.expert_id, e.id IS NOT NULL
FROM pool_lendinggrant g
LEFT JOIN pool_expert e ON e.id = g.expert_id AND e.user_id = %(reader)s
WHERE g.borrower_region_id = %(region)s AND g.agreed_at IS NOT NULL
  AND (e.id IS NOT NULL OR g.expert_id = ANY (%(subjects)s))
ORDER BY g.state = 'RUNNING', g.agreed_at
"""


def looks_through(subjects: Collection[UUID], by: User | None) -> Mapping[UUID, UUID]:
    """The agreement through which each of these is looked at in this region: one query.

    Somebody who is lent here is looked at through one; and whatever a person who is lent here
    looks at, a case as well, that person sees through the own one.
    """
    values = {
        "region": current_region(),
        "reader": by.pk if by else None,
        "subjects": list(subjects),
    }
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, values)
        rows = cursor.fetchall()
    own = [grant for grant, _expert, is_reader in rows if is_reader]
    if own:
        return dict.fromkeys(subjects, own[-1])
    return {expert: grant for grant, expert, _is_reader in rows}
