"""Work that is done with two, and two more reasons to need a coordinator."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0013_avoided_abroad"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="as_duo",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[
                    ("NEW_REQUEST", "look at a new request"),
                    ("NOBODY_FITS", "call the professional: nobody can now"),
                    ("PLAN_FIRST", "plan the first meeting"),
                    ("GATE_LAPSED", "confirm the safety check again"),
                    ("MEASURE_END", "ask about the end of the measure"),
                    ("CONFLICT", "somebody knows somebody: find another"),
                    ("TOO_HEAVY", "call the expert: it was too heavy"),
                    ("OVERDUE", "no check-out: call"),
                    ("DEBRIEF", "call the expert: a talk afterwards"),
                    ("MESSAGE_FAILED", "a message could not be sent: call"),
                    ("HANDOVER", "choose a colleague: who asked has left"),
                    ("CORRECTION", "put something right in a profile"),
                    ("CONSENT", "consent withdrawn: hand over what runs"),
                    ("PAPERS_END", "decide on sessions after the end of a paper"),
                    ("APPLICATION", "somebody wants to join"),
                    ("PASS_WORK", "hand over what runs: somebody stops"),
                ],
                max_length=16,
            ),
        ),
    ]
