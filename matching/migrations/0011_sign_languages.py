"""More sign languages to ask for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0010_talks"),
    ]

    operations = [
        migrations.AlterField(
            model_name="request",
            name="language",
            field=models.CharField(
                choices=[
                    ("nl", "Dutch"),
                    ("en", "English"),
                    ("ar", "Arabic"),
                    ("ber", "Berber"),
                    ("bg", "Bulgarian"),
                    ("de", "German"),
                    ("es", "Spanish"),
                    ("fa", "Persian"),
                    ("fr", "French"),
                    ("pap", "Papiamento"),
                    ("pl", "Polish"),
                    ("pt", "Portuguese"),
                    ("ro", "Romanian"),
                    ("so", "Somali"),
                    ("srn", "Sranan"),
                    ("ti", "Tigrinya"),
                    ("tr", "Turkish"),
                    ("uk", "Ukrainian"),
                    ("ur", "Urdu"),
                    ("zh", "Chinese"),
                    ("dse", "Dutch Sign Language"),
                    ("vgt", "Flemish Sign Language"),
                    ("ase", "American Sign Language"),
                    ("bfi", "British Sign Language"),
                    ("gsg", "German Sign Language"),
                    ("ils", "International Sign"),
                    ("pso", "Polish Sign Language"),
                    ("sfb", "Sign language of French-speaking Belgium"),
                    ("tsm", "Turkish Sign Language"),
                    ("ukl", "Ukrainian Sign Language"),
                ],
                default="nl",
                max_length=3,
            ),
        ),
    ]
