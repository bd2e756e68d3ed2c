"""Through which agreement to lend somebody is looked at, for the log."""

from __future__ import annotations

from django.db import connection

from core.access.models import User
from core.access.scope import current_region
from core.audit import Lent

# The one that runs last, so that it counts before one that is over; both may hold work.
QUESTION = """
SELECT g.id, g.expert_id, e.id IS NOT NULL
FROM pool_lendinggrant g
LEFT JOIN pool_expert e ON e.id = g.expert_id AND e.user_id = %(reader)s
WHERE g.borrower_region_id = %(region)s AND g.agreed_at IS NOT NULL
ORDER BY g.state = 'RUNNING', g.agreed_at
"""


def lent_here(by: User | None) -> Lent:
    """Who is lent to this region by which agreement, and `by` among them: one query."""
    values = {"region": current_region(), "reader": by.pk if by else None}
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, values)
        rows = cursor.fetchall()
    own = [grant for grant, _expert, is_reader in rows if is_reader]
    return Lent(
        of={expert: grant for grant, expert, _is_reader in rows},
        own=own[-1] if own else None,
    )
