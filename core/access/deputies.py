"""Who stands in for whom: two people of one organisation, from a day until a day."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, regional_key
from core.retention import Keep


class Deputy(Regional):
    """A colleague who gets the news, and takes over what is open when somebody leaves.

    Both days are included; an empty last day means until further notice. The database ties both
    memberships to `organisation`: nobody stands in for somebody elsewhere.
    """

    retention = Keep.with_parent("member")

    organisation = regional_key("core.Organisation", on_delete=models.CASCADE)
    member = regional_key("core.Membership", on_delete=models.CASCADE)
    stand_in = regional_key("core.Membership", on_delete=models.CASCADE)
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("until"), null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(member=F("stand_in")), name="deputy_is_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="deputy_ends_after_start",
            ),
            ExclusionConstraint(
                name="deputy_one_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (
                        Func(
                            F("first_day"),
                            F("last_day"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"deputy {self.pk}"
