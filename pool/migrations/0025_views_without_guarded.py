"""A kept view holds no guarded specialism: colleagues read it, and a right may end."""

from django.db import migrations, models

GUARDED = [
    "CHILD_ABUSE",
    "HARMFUL_PRACTICE",
    "OVERLAP",
    "SV_EXPLOIT",
    "SV_GROUP",
    "SV_HANDS_OFF_ADULT",
    "SV_HANDS_OFF_CHILD",
    "SV_HANDS_ON_ADULT",
    "SV_HANDS_ON_CHILD",
    "SV_OTHER",
    "WITNESS_CHILD",
]


class Migration(migrations.Migration):
    dependencies = [
        ("pool", "0024_life_fences"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=models.Q(("filters__specialism__in", GUARDED), _negated=True),
                name="saved_view_keeps_no_guarded_code",
            ),
        ),
    ]
