"""The key of a data subject, and the base of rows that are sealed with it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from core.access.scope import Regional, regional_key
from core.retention import Keep


class DataKey(Regional):
    """A data key, wrapped by a root key outside the database."""

    retention = Keep.after(
        "erased_at", timedelta(days=7), "emptied with its subject, row gone a week later"
    )

    wrapped = models.BinaryField()
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Subject(Regional):
    """A row with sealed fields; `data_key` belongs to the person or case it is about."""

    data_key = regional_key("core.DataKey", editable=False)

    class Meta(Regional.Meta):
        abstract = True
