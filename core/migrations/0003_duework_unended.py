"""Count apart how often a row was begun and came to no end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_fences")]

    operations = [
        migrations.AddField(
            model_name="duework",
            name="unended",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(
            "GRANT UPDATE (unended) ON core_duework TO naast_worker",
            "REVOKE UPDATE (unended) ON core_duework FROM naast_worker",
        ),
    ]
