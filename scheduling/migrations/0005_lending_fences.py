"""Fences of lent hours."""

from django.db import migrations

from core.access.ddl import tie_abroad


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_lending")]

    operations = tie_abroad(
        "scheduling_sessionrole", "block", "pool_block", region="block_region_id"
    )
