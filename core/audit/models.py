"""Audit rows. The application's model holds only the columns it may insert.

`xid`, `chain_no` and `hash` are columns of the database that only the sealer sees: with a
table-wide INSERT the application could forge its place in the chain (docs/adr/0005).
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.access.scope import RegionManager
from core.retention import Keep

# More days than five years can have: the policy that lets the worker delete counts in
# years on the database's clock, and the term must never end before it.
FIVE_YEARS = timedelta(days=5 * 365 + 5)


class Reason(models.TextChoices):
    """Why somebody looked, where no request or assignment says it."""

    SELF = "SELF", _("it is about oneself")
    CHARGE = "CHARGE", _("in the care of who looked")
    OVERVIEW = "OVERVIEW", _("a list of the region")


class AuditEntry(models.Model):
    """One line of the log, with the elements of NEN 7513: what, when, on whom, by whom, why.

    A list that shows many people is one line with all of them in `subjects`. `purpose` is the
    request or the assignment it was needed for, `reason` a code where there is none. `form` says
    which columns the chain covers: lines from before the newer columns keep their hash.
    """

    FORM = 2
    retention = Keep.after("at", FIVE_YEARS, "five years, as in health care", by_worker=True)

    region_id = models.BigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=60, blank=True)
    subject = models.UUIDField(null=True)
    target = models.CharField(max_length=80, blank=True)
    fields_class = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=dict)
    request_id = models.UUIDField(null=True)
    form = models.PositiveSmallIntegerField(default=FORM)
    subjects = ArrayField(models.UUIDField(), null=True)
    on_behalf_of = models.UUIDField(null=True)
    lent_by = models.UUIDField(null=True)
    purpose = models.UUIDField(null=True)
    reason = models.CharField(max_length=24, blank=True)
    result = models.CharField(max_length=12, default="done")
    device = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=48, blank=True)

    objects = RegionManager["AuditEntry"]()
    unbound = models.Manager["AuditEntry"]()

    class Meta:
        base_manager_name = "unbound"
        indexes = [
            models.Index(fields=["region_id", "subject", "-at"], name="audit_about"),
            models.Index(fields=["region_id", "actor", "-at"], name="audit_by"),
            models.Index(fields=["region_id", "-at"], name="audit_when"),
            models.Index(
                fields=["region_id", "purpose", "-at"],
                condition=Q(purpose__isnull=False),
                name="audit_for",
            ),
            GinIndex(fields=["subjects"], name="audit_among"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d %H:%M}"


class AuditChain(models.Model):
    """Both ends of a region's chain, written by the sealer.

    Without them a chain that lost its oldest or its newest rows would look whole.
    `before_first` is the hash of the last purged row, empty while none was purged.
    """

    retention = Keep.while_in_use("numbers and hashes, about no person")

    region_id = models.BigIntegerField(primary_key=True)
    first_no = models.BigIntegerField(default=1)
    before_first = models.BinaryField(default=b"")
    last_no = models.BigIntegerField()
    head = models.BinaryField()

    objects = RegionManager["AuditChain"]()
    unbound = models.Manager["AuditChain"]()

    class Meta:
        base_manager_name = "unbound"

    def __str__(self) -> str:
        return f"{self.first_no}-{self.last_no}"


class Denial(models.Model):
    """Somebody was refused. Written through a second connection, so without foreign keys."""

    retention = Keep.after("at", FIVE_YEARS, "as the log", by_worker=True)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    region_id = models.BigIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=80)
    actor = models.UUIDField(null=True)
    target = models.CharField(max_length=80, blank=True)
    actor_role = models.CharField(max_length=60, blank=True)
    request_id = models.UUIDField(null=True)
    device = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=48, blank=True)

    objects = RegionManager["Denial"]()
    unbound = models.Manager["Denial"]()

    class Meta:
        base_manager_name = "unbound"

    def __str__(self) -> str:
        return f"{self.action} {self.at:%Y-%m-%d %H:%M}"
