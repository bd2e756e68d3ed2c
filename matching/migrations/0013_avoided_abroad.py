"""Whom somebody avoids is left out where that person is lent, too: traces, compared unseen."""

from django.db import migrations

from pool.fences import lent_facts


class Migration(migrations.Migration):
    dependencies = [("matching", "0012_own_choice"), ("pool", "0020_specialism_fences")]

    operations = [*lent_facts("pool_avoided")]
