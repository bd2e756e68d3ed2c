"""Fences of carried work: it stands at home, and the region that lends it writes its own lines."""

from django.db import migrations

from core.access.ddl import also, protect, tie

OUR_GRANTS = (
    "grant_id IN (SELECT g.id FROM pool_lendinggrant g"
    " WHERE g.borrower_region_id = (SELECT naast_region()) AND g.agreed_at IS NOT NULL)"
)


class Migration(migrations.Migration):
    dependencies = [("pool", "0029_carried")]

    operations = [
        *tie("pool_carried", expert="pool_expert", grant="pool_lendinggrant"),
        *protect("pool_carried"),
        *also("pool_carried", "carried_for_us", "SELECT", using=OUR_GRANTS),
        *also("pool_carried", "carry_lent", "INSERT", check=OUR_GRANTS),
        *also("pool_carried", "set_down_lent", "DELETE", using=OUR_GRANTS),
    ]
