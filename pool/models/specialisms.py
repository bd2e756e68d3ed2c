"""What experts know from life, who may read the most stigmatising of it, and whom they avoid."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.crypto import SealedText
from core.retention import Keep
from pool.models.experts import _AboutExpert
from pool.specialisms import GUARDED, KIND_OF, Approach, Form, Phase, SpecialismKind
from pool.vocabulary import Audience

OPEN_FORMS = sorted(set(Form.values) - GUARDED)
# In the order of the vocabulary, for the one list that a column knows.
CODES = [(one.value, one.label) for words in (Form, Phase, Approach) for one in words]


class Specialism(_AboutExpert):
    """Something an expert chose to tell, and to whom it may be shown.

    A form of violence is shown to coordinators only, whatever else an expert allows. Guarded codes
    are never here: whoever reads or counts this table meets none of them.
    """

    kind = models.CharField(max_length=10, choices=SpecialismKind)
    code = models.CharField(max_length=20, choices=CODES)
    visible_to = models.CharField(max_length=12, choices=Audience, default=Audience.COORDINATOR)

    class Meta(_AboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "expert", "code"], name="specialism_once"),
            models.CheckConstraint(
                condition=Q(kind=SpecialismKind.FORM, code__in=OPEN_FORMS)
                | Q(kind=SpecialismKind.PHASE, code__in=Phase.values)
                | Q(kind=SpecialismKind.APPROACH, code__in=Approach.values),
                name="specialism_code_of_its_kind_and_not_guarded",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SpecialismKind.FORM) | Q(visible_to=Audience.COORDINATOR),
                name="specialism_form_for_coordinators_only",
            ),
            models.CheckConstraint(
                condition=Q(visible_to__in=Audience.values), name="specialism_audience_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class _SealedAboutExpert(_AboutExpert):
    """A row of an expert with something sealed in it, with the expert's own key."""

    data_key = regional_key("core.DataKey", editable=False)

    class Meta(_AboutExpert.Meta):
        abstract = True


class GuardedSpecialism(_SealedAboutExpert):
    """One of the most stigmatising codes, sealed. Read through `pool.queries.specialisms` only.

    `code_key` is keyed with the expert, so that nobody learns from two rows that two people share
    a code; it keeps a code from standing here twice.
    """

    code = SealedText(limit=20)
    code_key = models.CharField(max_length=64)

    class Meta(_SealedAboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "expert", "code_key"], name="guarded_specialism_once"
            )
        ]

    def __str__(self) -> str:
        return f"guarded specialism {self.pk}"


class GuardedReader(Regional):
    """Somebody who may read guarded specialisms, given by two people and taken by one."""

    retention = Keep.after("ended_at", timedelta(days=365), "a year, as proof of who could read")

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "user"],
                condition=Q(ended_at=None),
                name="guarded_reader_one_running",
            ),
            models.CheckConstraint(
                condition=~Q(user=F("granted_by")), name="guarded_reader_not_by_oneself"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="guarded_reader_ended_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"guarded reader {self.user_id}"


class SwitchedOff(Regional):
    """A code that this region does not use; nobody is asked for it, and it counts nowhere."""

    retention = Keep.while_in_use("Agreements of the region; about no person.")

    code = models.CharField(max_length=20)
    off_at = models.DateTimeField()
    off_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "code"], name="switched_off_once"),
            models.CheckConstraint(
                condition=Q(code__in=sorted(KIND_OF)), name="switched_off_code_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AvoidedKind(models.TextChoices):
    PERSON = "PERSON", _("a person")
    ORGANISATION = "ORGANISATION", _("an organisation")


class Avoided(_SealedAboutExpert):
    """Somebody whom an expert does not want to meet at work. For the eyes of that expert only.

    `name` is sealed; `who_key` is a keyed trace of it, by which a request is compared without
    opening anything. Why somebody stands here is asked by nobody and kept nowhere.
    """

    kind = models.CharField(max_length=12, choices=AvoidedKind)
    name = SealedText(limit=120)
    who_key = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    class Meta(_SealedAboutExpert.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "expert", "who_key"], name="avoided_once"),
            models.CheckConstraint(
                condition=Q(kind__in=AvoidedKind.values), name="avoided_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"avoided {self.pk}"
