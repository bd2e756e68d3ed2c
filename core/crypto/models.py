"""The key of a data subject, and the base of rows that are sealed with it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from core.access.scope import Regional, regional_key
from core.retention import Keep


class DataKey(Regional):
    """A data key, wrapped by a root key outside the database.

    `purpose` is empty for the key of one person or case. Otherwise it names what a shared key
    is for, such as the messages of one day.
    """

    retention = Keep.after(
        "erased_at", timedelta(days=7), "emptied with its subject, row gone a week later"
    )

    wrapped = models.BinaryField()
    purpose = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(wrapped=b"") ^ Q(erased_at=None), name="datakey_empty_iff_erased"
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "purpose"], condition=~Q(purpose=""), name="datakey_shared"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Subject(Regional):
    """A row with sealed fields; `data_key` belongs to the person or case it is about."""

    data_key = regional_key("core.DataKey", editable=False)

    class Meta(Regional.Meta):
        abstract = True
