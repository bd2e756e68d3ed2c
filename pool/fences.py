"""What a migration says of a table by which somebody is judged: who is lent can be judged too.

A fact that the borrowing region cannot read would speak for somebody by its absence. So every
table that the question of `pool.queries.candidates` reads stands here, or among those that are
left out on purpose; a test compares (docs/adr/0035).
"""

from __future__ import annotations

from django.db import migrations

from core.access.ddl import also

LENT = "expert_id IN (SELECT naast_lent())"
LENDS = (
    "region_id IN (SELECT g.region_id FROM pool_lendinggrant g"
    " WHERE g.borrower_region_id = (SELECT naast_region()) AND g.state = 'RUNNING')"
)


def lent_facts(*tables: str) -> list[migrations.RunSQL]:
    """Let a region read these facts about experts who are lent to it."""
    return [one for table in tables for one in also(table, "lent", "SELECT", using=LENT)]


def lent_rules(*tables: str) -> list[migrations.RunSQL]:
    """Let a region read what a region that lends it somebody asks of its own experts."""
    return [one for table in tables for one in also(table, "lent", "SELECT", using=LENDS)]
