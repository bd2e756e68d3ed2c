"""How the coverage of the pool is looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.access.models import OrganisationKind
from pool.forms.fields import PoolForm, big
from pool.forms.filters import LISTS
from pool.queries import Facet
from pool.specialisms import SpecialismKind

FACETS = (
    (Facet.NONE.value, _("Everybody together")),
    (Facet.LANGUAGE.value, _("Language")),
    (Facet.NEED.value, _("What they can offer")),
    (Facet.FORM.value, LISTS[SpecialismKind.FORM]),
    (Facet.PHASE.value, LISTS[SpecialismKind.PHASE]),
    (Facet.APPROACH.value, LISTS[SpecialismKind.APPROACH]),
    (Facet.EXPERIENCE.value, LISTS[SpecialismKind.EXPERIENCE]),
)


class CoverageForm(PoolForm):
    """At which kind of host, and split by what. Codes only, so it may stand in the address."""

    host = forms.ChoiceField(label=_("May work at"), choices=[], required=False)
    per = forms.ChoiceField(label=_("Split by"), choices=FACETS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hosts: Any = self.fields["host"]
        hosts.choices = [("", _("Any organisation")), *big(OrganisationKind.choices)]

    def wanted(self) -> tuple[str, Facet]:
        """(kind of host, facet); a value nobody offered is left out."""
        self.is_valid()
        given = self.cleaned_data
        return given.get("host") or "", Facet(given.get("per") or "")
