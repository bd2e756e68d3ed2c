"""Every region gets the usual words, and one for each code that its rows carry already."""

from django.db import migrations

from core.access.scope import region_scope
from pool.words import FIRST_WORDS

TABLES = (("Training", "TRAINING"), ("Agreement", "AGREEMENT"))


def give(apps, schema_editor):
    Region, Term = apps.get_model("core", "Region"), apps.get_model("pool", "Term")
    for region in Region.objects.order_by("pk").values_list("pk", flat=True):
        with region_scope(region):
            words = {
                one.code: (one.vocabulary.value, one.label_nl, one.label_en) for one in FIRST_WORDS
            }
            for table, vocabulary in TABLES:
                codes = apps.get_model("pool", table).objects.order_by("kind")
                for code in codes.values_list("kind", flat=True).distinct():
                    words.setdefault(code, (vocabulary, code, code))
            Term.objects.bulk_create(
                Term(
                    region_id=region,
                    vocabulary=vocabulary,
                    code=code,
                    label_nl=label_nl,
                    label_en=label_en,
                )
                for code, (vocabulary, label_nl, label_en) in words.items()
            )
            # Without the scope nothing is seen and nothing raises: the count is the guard.
            if Term.objects.count() != len(words):
                raise RuntimeError(f"region {region}: not every word was written")


def take(apps, schema_editor):
    Region, Term = apps.get_model("core", "Region"), apps.get_model("pool", "Term")
    for region in Region.objects.order_by("pk").values_list("pk", flat=True):
        with region_scope(region):
            Term.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("pool", "0004_training_fences")]

    operations = [migrations.RunPython(give, take)]
