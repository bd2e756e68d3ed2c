from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matching", "0004_call_fences")]

    operations = [
        migrations.AddIndex(
            model_name="request",
            index=models.Index(
                condition=models.Q(("state__in", ("FILED", "SEARCHING", "UNFILLED", "MATCHED"))),
                fields=["region", "filed_at", "id"],
                name="request_running",
            ),
        ),
    ]
