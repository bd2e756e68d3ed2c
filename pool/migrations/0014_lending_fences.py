"""Fences of lending: both regions see an agreement, each what it may; only home writes the terms."""

from django.db import migrations

from core.access.ddl import also, parent, protect, tie, tie_abroad

ASKED_OF_US = "lender_region_id = (SELECT naast_region())"
# The other region hears of somebody only after two persons and the expert agreed.
LENT_TO_US = "borrower_region_id = (SELECT naast_region()) AND agreed_at IS NOT NULL"
OUR_GRANTS = f"SELECT g.id FROM pool_lendinggrant g WHERE g.{LENT_TO_US}"  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("pool", "0013_lending")]

    operations = [
        *parent("pool_lendingask", "pool_lendinggrant"),
        migrations.RunSQL(
            "ALTER TABLE pool_lendinggrant ADD CONSTRAINT pool_lendinggrant_whole_key"
            " UNIQUE (id, expert_id, region_id, borrower_region_id)",
            "ALTER TABLE pool_lendinggrant DROP CONSTRAINT pool_lendinggrant_whole_key",
        ),
        *tie("pool_lendinggrant", expert="pool_expert"),
        *protect("pool_lendingask", "pool_lendinggrant"),
        *tie_abroad("pool_lendinggrant", "ask", "pool_lendingask", region="borrower_region_id"),
        *tie("pool_block", grant="pool_lendinggrant"),
        *also("pool_lendingask", "asked", "SELECT", using=ASKED_OF_US),
        *also("pool_lendingask", "asked_answers", "UPDATE", using=ASKED_OF_US, check=ASKED_OF_US),
        *also("pool_lendinggrant", "lent", "SELECT", using=LENT_TO_US),
        *also(
            "pool_lendinggrant",
            "lent_ends",
            "UPDATE",
            using=LENT_TO_US,
            check=f"{LENT_TO_US} AND state IN ('RUNNING', 'ENDED')",
        ),
        # Hours that our own work takes at home: we book, move and release those, and no others.
        *also("pool_block", "booked_by_us", "SELECT", using=f"grant_id IN ({OUR_GRANTS})"),
        *also("pool_block", "book_lent", "INSERT", check=f"grant_id IN ({OUR_GRANTS})"),
        *also(
            "pool_block",
            "rebook_lent",
            "UPDATE",
            using=f"grant_id IN ({OUR_GRANTS})",
            check=f"grant_id IN ({OUR_GRANTS})",
        ),
        *also(
            "pool_blockevent",
            "book_lent",
            "INSERT",
            check="EXISTS (SELECT FROM pool_lendinggrant g WHERE g.region_id ="  # noqa: S608
            f" pool_blockevent.region_id AND g.expert_id = pool_blockevent.expert_id AND g.{LENT_TO_US})",
        ),
    ]
