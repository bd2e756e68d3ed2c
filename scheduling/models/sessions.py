"""Sessions with roles and places; a session has no expert column."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, home_region, regional_key
from core.retention import HISTORY, Keep
from scheduling.states import RoleKind, SessionKind, SessionState


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["region", "state", "kind", "starts_at", "ends_at", "version", "ics_sequence"],
    obj_field=None,
    context_field=pghistory.ContextJSONField(),
    attrs={"retention": HISTORY},
    model_name="SessionEvent",
)
class Session(Regional):
    """A meeting in time and place. `starts_at` and `ends_at` are instants, half-open.

    `version` rises with every change that touches people; messages carry it. `ics_sequence`
    rises in the same UPDATE as time, place or state as others can see them, with `changed_at`,
    and `ics_uid` never changes.
    """

    retention = Keep.after("ends_at", timedelta(days=183), "six months after it")

    kind = models.CharField(max_length=16, choices=SessionKind, default=SessionKind.FIRST_MEETING)
    state = models.CharField(max_length=12, choices=SessionState, default=SessionState.PLANNED)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    place = regional_key("pool.MeetingPlace", null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    ics_uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ics_sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SessionState.values), name="session_state_known"
            ),
            # Cancelled by nobody means: with the work it belonged to, which a clock may end.
            models.CheckConstraint(
                condition=Q(cancelled_by=None) | Q(cancelled_at__isnull=False),
                name="session_cancelled_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(state=SessionState.CANCELLED) ^ Q(cancelled_at=None),
                name="session_cancelled_at_iff_cancelled",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="session_when")]

    def __str__(self) -> str:
        return f"session {self.pk}"


class SessionRole(Regional):
    """Somebody's part in a session: an assignment, or a professional who comes along.

    Checking in and out is per person; the time of check-in starts the overdue alarm.
    `expected_out_at` is later than the session's end where somebody said so; `overdue_step` counts
    what was done, and `overdue_at` says when, because this person should have been out.
    """

    retention = Keep.with_parent("session")

    session = regional_key("scheduling.Session", on_delete=models.CASCADE)
    kind = models.CharField(max_length=12, choices=RoleKind)
    assignment = regional_key(
        "matching.Assignment", null=True, blank=True, on_delete=models.CASCADE
    )
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    block = regional_key("pool.Block", null=True, blank=True)
    # Hours of a lent expert stand in the calendar at home.
    lent_from = models.BigIntegerField(null=True, blank=True)
    block_region_id = home_region("lent_from")
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_out_at = models.DateTimeField(null=True, blank=True)
    expected_out_at = models.DateTimeField(null=True, blank=True)
    overdue_step = models.PositiveSmallIntegerField(default=0)
    overdue_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=RoleKind.EXPERT, assignment__isnull=False)
                | Q(kind=RoleKind.PROFESSIONAL, user__isnull=False, assignment=None),
                name="session_role_is_somebody",
            ),
            models.CheckConstraint(
                condition=Q(checked_out_at=None)
                | Q(checked_in_at__isnull=False, checked_out_at__gte=F("checked_in_at")),
                name="session_role_out_after_in",
            ),
            models.CheckConstraint(
                condition=Q(overdue_step=0, overdue_at=None)
                | Q(
                    overdue_step__gte=1,
                    overdue_step__lte=2,
                    overdue_at__isnull=False,
                    checked_in_at__isnull=False,
                ),
                name="session_role_overdue_when_inside",
            ),
            models.UniqueConstraint(
                fields=["region", "session", "assignment"],
                condition=Q(assignment__isnull=False),
                name="session_role_assignment_once",
            ),
            models.UniqueConstraint(
                fields=["region", "session", "user"],
                condition=Q(user__isnull=False),
                name="session_role_user_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Place(Regional):
    """A participant's place in a session: a code, never a name."""

    retention = Keep.with_parent("session")

    session = regional_key("scheduling.Session", on_delete=models.CASCADE)
    case = regional_key("matching.Case", on_delete=models.CASCADE)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["region", "session", "case"], name="place_once_per_session"
            )
        ]

    def __str__(self) -> str:
        return f"place {self.pk}"
