"""What must never be false of where somebody stands."""

import core.crypto.fields
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.manager
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pool", "0022_life_of_before"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "APPLICANT",
                            "INTAKE",
                            "IN_TRAINING",
                            "ACTIVE",
                            "PAUSED",
                            "SUSPENDED",
                            "LEAVING",
                            "LEFT",
                        ],
                    )
                ),
                name="expert_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("keep_until", None), ("left_at", None)),
                    models.Q(
                        ("keep_until__isnull", False),
                        (
                            "keep_until__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("left_at"), "+", models.Value(datetime.timedelta(days=91))
                            ),
                        ),
                        ("left_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="expert_kept_three_months_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_at", None),
                    ("admitted_on__isnull", False),
                    (
                        "keep_until__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("left_at"), "+", models.Value(datetime.timedelta(days=28))
                        ),
                    ),
                    _connector="OR",
                ),
                name="expert_not_admitted_kept_four_weeks_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "PAUSED"), ("paused_at", None), _connector="XOR"),
                name="expert_paused_at_iff_paused",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["ACTIVE", "IN_TRAINING", "LEAVING", "PAUSED", "SUSPENDED"]),
                        _negated=True,
                    ),
                    ("admitted_on__isnull", False),
                    _connector="OR",
                ),
                name="expert_takes_part_once_admitted",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("leaves_on__isnull", False), ("state", "LEAVING")),
                    ("state__in", ["SUSPENDED", "LEFT"]),
                    models.Q(
                        models.Q(("state", "LEAVING"), _negated=True),
                        ("leaves_on", None),
                        ("leaving_reason__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="expert_leaving_has_a_last_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "LEFT"), _negated=True),
                    ("leaving_reason__isnull", True),
                    _connector="OR",
                ),
                name="expert_left_without_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("came_from__in", ["ACTIVE", "IN_TRAINING", "LEAVING", "PAUSED"])
                ),
                name="suspension_came_from_known",
            ),
        ),
    ]
