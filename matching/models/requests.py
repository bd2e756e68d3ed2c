"""Requests, their frozen policy, and the seats to fill."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.access.models import User
from core.access.scope import Regional, cascade, home_region, regional_key
from core.crypto import SealedText, Subject
from core.retention import Keep
from matching.states import (
    RUNNING,
    AgeBand,
    Relation,
    Release,
    RequestState,
    SeatRole,
    SeatState,
    Urgency,
)
from pool.models import Area
from pool.vocabulary import LANGUAGES, Activity, DayPart, Need


class PolicyVersion(Regional):
    """What a region agreed about waves, deadlines, weights and reminders; never changed.

    A request keeps the version under which it was filed; a new agreement is a new row.
    Durations are minutes.
    """

    retention = Keep.while_in_use("Agreements of the region; about no person.")

    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    release_urgent = models.CharField(max_length=12, choices=Release, default=Release.COORDINATOR)
    release_normal = models.CharField(max_length=12, choices=Release, default=Release.COORDINATOR)
    wave_size = models.PositiveSmallIntegerField(default=1)
    answer_urgent = models.PositiveIntegerField(_("time to answer, urgent (min)"), default=120)
    answer_normal = models.PositiveIntegerField(_("time to answer, normal (min)"), default=1440)
    call_back = models.PositiveIntegerField(_("coordinator calls within (min)"), default=120)
    first_contact = models.PositiveIntegerField(_("goal of first contact (min)"), default=1440)
    first_meeting = models.PositiveIntegerField(_("goal of first meeting (min)"), default=4320)
    climb_after = models.PositiveIntegerField(_("second is called after (min)"), default=60)
    climb_every = models.PositiveIntegerField(_("and the next every (min)"), default=15)
    undo = models.PositiveIntegerField(_("accept can be undone (min)"), default=15)
    default_days = models.PositiveSmallIntegerField(_("usual length of the measure"), default=10)
    max_days = models.PositiveSmallIntegerField(_("longest length of the measure"), default=28)
    gate_days = models.PositiveSmallIntegerField(_("safety check valid (days)"), default=14)
    reminders = ArrayField(models.PositiveIntegerField(), default=list)
    weights = models.JSONField(default=dict)

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="policy_number_once"),
            models.CheckConstraint(
                condition=Q(wave_size__gte=1, wave_size__lte=3), name="policy_wave_size_1_to_3"
            ),
            models.CheckConstraint(
                condition=Q(climb_after__gte=1, climb_every__gte=1), name="policy_climbs"
            ),
            models.CheckConstraint(
                condition=Q(max_days__gte=F("default_days")), name="policy_max_days_not_less"
            ),
        ]

    def __str__(self) -> str:
        return f"policy {self.number}"

    def release(self, urgency: str) -> str:
        return self.release_urgent if urgency == Urgency.URGENT else self.release_normal

    def answer_within(self, urgency: str) -> timedelta:
        minutes = self.answer_urgent if urgency == Urgency.URGENT else self.answer_normal
        return timedelta(minutes=minutes)


class RequestNumber(Regional):
    """The last number that was given in a year; a row, so that a purged number never returns."""

    retention = Keep.while_in_use("A counter of the region; about no person.")

    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "year"], name="request_number_one_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Request(Subject):
    """A professional asks for somebody beside a participant. No name, no address, no story.

    `number` is what people say to each other: 26-0417. The case manager's name and phones
    are sealed with the case's key; they are staff, and opened after an accept.
    """

    logged_as = "case_id"
    retention = Keep.with_parent("case")

    case = regional_key("matching.Case", on_delete=models.CASCADE)
    measure = regional_key("matching.Measure", null=True, blank=True, on_delete=cascade)
    policy = regional_key("matching.PolicyVersion")
    organisation = regional_key("core.Organisation")
    requester = models.ForeignKey(User, models.PROTECT, related_name="+")
    number = models.CharField(max_length=12)
    state = models.CharField(max_length=12, choices=RequestState, default=RequestState.FILED)
    activity = models.CharField(max_length=16, choices=Activity, default=Activity.BUDDY_1ON1)
    urgency = models.CharField(max_length=8, choices=Urgency)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    age_band = models.CharField(max_length=12, choices=AgeBand)
    relation = models.CharField(max_length=12, choices=Relation)
    language = models.CharField(max_length=3, choices=LANGUAGES, default="nl")
    needs = ArrayField(models.CharField(max_length=20, choices=Need), default=list, blank=True)
    day_parts = ArrayField(models.CharField(max_length=8, choices=DayPart), default=list)
    earliest_contact_at = models.DateTimeField()
    case_manager_name = SealedText(limit=120)
    case_manager_phone = SealedText(limit=20)
    deputy_name = SealedText(limit=120)
    deputy_phone = SealedText(limit=20)
    out_of_hours_phone = SealedText(limit=20)
    filed_at = models.DateTimeField()
    form_key = models.UUIDField()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    unfilled_at = models.DateTimeField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Subject.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "number"], name="request_number_once"),
            models.UniqueConstraint(fields=["region", "form_key"], name="request_form_once"),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="request_state_known"
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="request_seen_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RequestState.WITHDRAWN, RequestState.CLOSED])
                ^ Q(closed_at=None),
                name="request_closed_at_iff_over",
            ),
        ]
        # The list of what runs, longest waiting first, reads one page of it.
        indexes = [
            models.Index(
                fields=["region", "filed_at", "id"],
                condition=Q(state__in=RUNNING),
                name="request_running",
            )
        ]

    def __str__(self) -> str:
        return self.number


class Seat(Regional):
    """A role to fill in a request, at a fixed time or an open one. A duo is two seats."""

    retention = Keep.with_parent("request")

    request = regional_key("matching.Request", on_delete=models.CASCADE)
    role = models.CharField(max_length=8, choices=SeatRole, default=SeatRole.BUDDY)
    state = models.CharField(max_length=8, choices=SeatState, default=SeatState.OPEN)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="seat_time_open_or_complete",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.request_id}"


class TaskKind(models.TextChoices):
    """Why a coordinator is needed; each has its page and its way out."""

    NEW_REQUEST = "NEW_REQUEST", _("look at a new request")
    NOBODY_FITS = "NOBODY_FITS", _("call the professional: nobody can now")
    PLAN_FIRST = "PLAN_FIRST", _("plan the first meeting")
    GATE_LAPSED = "GATE_LAPSED", _("confirm the safety check again")
    MEASURE_END = "MEASURE_END", _("ask about the end of the measure")
    CONFLICT = "CONFLICT", _("somebody knows somebody: find another")
    TOO_HEAVY = "TOO_HEAVY", _("call the expert: it was too heavy")
    OVERDUE = "OVERDUE", _("no check-out: call")
    DEBRIEF = "DEBRIEF", _("call the expert: a talk afterwards")
    MESSAGE_FAILED = "MESSAGE_FAILED", _("a message could not be sent: call")
    HANDOVER = "HANDOVER", _("choose a colleague: who asked has left")
    CORRECTION = "CORRECTION", _("put something right in a profile")
    CONSENT = "CONSENT", _("consent withdrawn: hand over what runs")
    PAPERS_END = "PAPERS_END", _("decide on sessions after the end of a paper")
    APPLICATION = "APPLICATION", _("somebody wants to join")
    PASS_WORK = "PASS_WORK", _("hand over what runs: somebody stops")


class Task(Regional):
    """Something that needs a human, with the moment before which. Nearest deadline on top."""

    retention = Keep.after("done_at", timedelta(days=90), "three months after it was done")

    kind = models.CharField(max_length=16, choices=TaskKind)
    request = regional_key("matching.Request", null=True, blank=True, on_delete=cascade)
    expert = regional_key("pool.Expert", null=True, blank=True, on_delete=cascade)
    lent_from = models.BigIntegerField(null=True, blank=True)
    expert_region_id = home_region("lent_from")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    once_per = models.CharField(max_length=120)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(Regional.Meta):
        constraints = [
            models.UniqueConstraint(fields=["region", "once_per"], name="task_once_per"),
            # Done by nobody means: it solved itself, for example because somebody accepted.
            models.CheckConstraint(
                condition=Q(done_by=None) | Q(done_at__isnull=False), name="task_done_at_with_by"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="task_open_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
