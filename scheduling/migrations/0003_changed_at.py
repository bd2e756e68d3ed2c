"""When a session last changed for others, and cancelling by the end of the work itself."""

import datetime

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_fences")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="changed_at",
            # Before the first session is planned there is none to fill.
            field=models.DateTimeField(default=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="session", name="session_cancelled_at_with_by"),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=Q(cancelled_by=None) | Q(cancelled_at__isnull=False),
                name="session_cancelled_at_with_by",
            ),
        ),
    ]
