"""What runs already is written down as carried."""

from django.db import migrations
from django.db.models import Q

from core.access.scope import region_scope


def carry(apps, schema_editor):
    Region, Carried = apps.get_model("core", "Region"), apps.get_model("pool", "Carried")
    Assignment, Seat = apps.get_model("matching", "Assignment"), apps.get_model("matching", "Seat")
    Request = apps.get_model("matching", "Request")
    for region in Region.objects.order_by("pk").values_list("pk", flat=True):
        with region_scope(region):
            lasting = Request.objects.filter(activity="BUDDY_1ON1").values("pk")
            seats = Seat.objects.filter(request_id__in=lasting).values("pk")
            running = Assignment.objects.filter(~Q(state="ENDED"), seat_id__in=seats)
            rows = [
                Carried(
                    region_id=one.expert_region_id,
                    expert_id=one.expert_id,
                    grant_id=one.grant_id,
                    source=one.pk,
                )
                for one in running.filter(region_id=region)
            ]
            Carried.objects.bulk_create(rows)
            # Without the scope nothing is seen and nothing raises: the count is the guard.
            written = Carried.objects.filter(source__in=[one.source for one in rows])
            if written.count() != len(rows):
                raise RuntimeError(f"region {region}: not all that runs was written")


def forget(apps, schema_editor):
    Region, Carried = apps.get_model("core", "Region"), apps.get_model("pool", "Carried")
    for region in Region.objects.order_by("pk").values_list("pk", flat=True):
        with region_scope(region):
            Carried.objects.filter(region_id=region).delete()


class Migration(migrations.Migration):
    dependencies = [("matching", "0015_carried")]

    operations = [migrations.RunPython(carry, forget)]
