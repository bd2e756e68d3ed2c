"""Who is inside and should be out: what was said and done about it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0003_call_chains"),
        ("scheduling", "0002_fences"),
    ]

    operations = [
        migrations.AddField(
            model_name="sessionrole",
            name="expected_out_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sessionrole",
            name="overdue_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="sessionrole",
            name="overdue_step",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="sessionrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("overdue_at", None), ("overdue_step", 0)),
                    models.Q(
                        ("checked_in_at__isnull", False),
                        ("overdue_at__isnull", False),
                        ("overdue_step__gte", 1),
                        ("overdue_step__lte", 2),
                    ),
                    _connector="OR",
                ),
                name="session_role_overdue_when_inside",
            ),
        ),
    ]
