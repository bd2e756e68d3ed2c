"""A talk that was offered and not answered has a state of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pool", "0016_overview_fences"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="debrief",
            name="debrief_state_known",
        ),
        migrations.AlterField(
            model_name="debrief",
            name="state",
            field=models.CharField(
                choices=[
                    ("OFFERED", "offered"),
                    ("DECLINED", "no, thanks"),
                    ("WANTED", "yes, call me"),
                    ("SILENT", "no answer"),
                    ("HELD", "talked"),
                    ("MISSED", "not reached"),
                ],
                default="OFFERED",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="debrief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["OFFERED", "DECLINED", "WANTED", "SILENT", "HELD", "MISSED"])
                ),
                name="debrief_state_known",
            ),
        ),
    ]
