"""What the application may write of the newer columns, who stands in for whom, and first dates."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

from core.access.ddl import parent, protect, tie
from core.access.scope import region_scope

LOG = """
GRANT INSERT (form, subjects, on_behalf_of, lent_by, purpose, reason, result, device, address)
  ON core_auditentry TO naast_app;
"""

# Both people of a deputy belong to the organisation of the row, and the row to their region.
TIES = [
    'ALTER TABLE "core_deputy" NO FORCE ROW LEVEL SECURITY',
    'ALTER TABLE "core_membership" NO FORCE ROW LEVEL SECURITY',
    (
        'ALTER TABLE "core_membership" ADD CONSTRAINT "core_membership_organisation_key" '
        "UNIQUE (region_id, organisation_id, id)"
    ),
    *(
        f'ALTER TABLE "core_deputy" ADD CONSTRAINT "core_deputy_{column}_in_organisation" '
        f'FOREIGN KEY (region_id, organisation_id, "{column}_id") '
        'REFERENCES "core_membership" (region_id, organisation_id, id)'
        for column in ("member", "stand_in")
    ),
    'ALTER TABLE "core_membership" FORCE ROW LEVEL SECURITY',
    'ALTER TABLE "core_deputy" FORCE ROW LEVEL SECURITY',
]

YEAR, REST = timedelta(days=365), timedelta(days=60)


def first_dates(apps, _editor):
    """Professionals of before get their date, at the earliest in two months, and its reminder."""
    membership, due = apps.get_model("core", "Membership"), apps.get_model("core", "DueWork")
    now = timezone.now()
    for region_id in apps.get_model("core", "Region").objects.values_list("pk", flat=True):
        with region_scope(region_id):
            rows = membership._base_manager.filter(
                region_id=region_id, role="PROFESSIONAL", ended_at=None, confirm_by=None
            )
            for row in rows:
                row.confirm_by = max(row.started_at + YEAR, now + REST)
                row.save(update_fields=["confirm_by"])
                due._base_manager.create(
                    region_id=region_id,
                    kind="core.confirm_membership",
                    subject=row.pk,
                    once_per=f"confirm:{row.pk}:first",
                    not_before=row.confirm_by - timedelta(days=30),
                )


class Migration(migrations.Migration):
    dependencies = [("core", "0006_final_log")]

    operations = [
        migrations.RunSQL(LOG, migrations.RunSQL.noop),
        *parent("core_membership"),
        *tie(
            "core_deputy",
            organisation="core_organisation",
            member="core_membership",
            stand_in="core_membership",
        ),
        *protect("core_deputy"),
        migrations.RunSQL(TIES, migrations.RunSQL.noop),
        migrations.RunPython(first_dates, migrations.RunPython.noop),
    ]
