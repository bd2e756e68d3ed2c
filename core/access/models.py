"""People, regions, organisations, and what somebody is there: a membership with a role."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.access.scope import Regional, regional_key
from core.retention import Keep


class Region(models.Model):
    """A Veilig Thuis region, or another one that runs a pool. Regions come and go: dated."""

    code = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can sign in; without a password only through a link or a passkey."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in with an e-mail address.

    The address stays readable in this table: a login must find a person before any region
    is known. That risk is accepted in docs/adr/0008. `region` is the region in which the
    person works now; what they may do there is their Membership. `texts_first` is the channel
    this person chose to be tried first; None where nothing was chosen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=2, default="nl")
    texts_first = models.BooleanField(null=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    # The last role ended: nobody signs in any more. Then, by the purge: all but the number is gone.
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(is_active=False), name="user_closed_is_inactive"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(closed_at__isnull=False),
                name="user_erased_after_closing",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_full_name(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """First name and initial: what colleagues see in the corner of a page."""
        first, _space, rest = self.name.partition(" ")
        last = rest.split(" ")[-1] if rest else ""
        return f"{first} {last[:1]}." if last else first


class OrganisationKind(models.TextChoices):
    """Who asks for a buddy (domain.md 1.7)."""

    VEILIG_THUIS = "VEILIG_THUIS", _("Veilig Thuis")
    CRISIS_SERVICE = "CRISIS_SERVICE", _("crisis service")
    MUNICIPALITY = "MUNICIPALITY", _("municipality")
    POLICE = "POLICE", _("police")
    PROBATION = "PROBATION", _("probation service")
    SAFETY_HOUSE = "SAFETY_HOUSE", _("care and safety house")
    LOCAL_TEAM = "LOCAL_TEAM", _("local social team")
    SHELTER = "SHELTER", _("women's shelter organisation")
    FORENSIC_CARE = "FORENSIC_CARE", _("forensic care")
    TIMEOUT_PLACE = "TIMEOUT_PLACE", _("time-out place")
    YOUTH_PROTECTION = "YOUTH_PROTECTION", _("youth protection")
    LEGAL_AID = "LEGAL_AID", _("legal aid")
    POOL_HOST = "POOL_HOST", _("host of the pool")


class Organisation(Regional):
    """An organisation of the region that asks for, or hosts, experts by experience."""

    retention = Keep.while_in_use("Organisations are no persons; kept while the region runs.")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=24, choices=OrganisationKind)
    out_of_hours_phone = models.CharField(_("out-of-hours number"), max_length=20, blank=True)
    # Somebody dialled that number and was answered; a new number has to be tried again.
    phone_tested_at = models.DateTimeField(null=True, blank=True)
    phone_tested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Whom the region calls about accounts: may confirm those of colleagues.
    contact = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(phone_tested_at=None, phone_tested_by=None)
                | (
                    Q(phone_tested_at__isnull=False, phone_tested_by__isnull=False)
                    & ~Q(out_of_hours_phone="")
                ),
                name="organisation_phone_tested_at_with_by",
            ),
            models.UniqueConstraint(
                "region", Lower("name"), name="organisation_name_once_per_region"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What somebody is in a region; security.md 4 says what each may do."""

    EXPERT = "EXPERT", _("expert by experience")
    PROFESSIONAL = "PROFESSIONAL", _("professional")
    COORDINATOR = "COORDINATOR", _("coordinator")
    REGIONAL_ADMIN = "REGIONAL_ADMIN", _("regional administrator")
    AUDITOR = "AUDITOR", _("auditor")


class Membership(Regional):
    """A person's role in a region, for an organisation where that matters.

    `phone` is a work number (class 2); an expert's own number is sealed in the pool. Past
    `confirm_by` this role opens nothing until somebody says again that it is right; `lapsed_at`
    says since when what was open has been with others.
    """

    retention = Keep.after("ended_at", timedelta(days=90), "three months after leaving")

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=Role)
    organisation = regional_key("core.Organisation", null=True, blank=True)
    phone = models.CharField(_("work phone"), max_length=20, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    confirm_by = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    lapsed_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="membership_confirmed_at_with_by",
            ),
            models.CheckConstraint(
                condition=Q(lapsed_at=None) | Q(lapsed_at__gte=models.F("confirm_by")),
                name="membership_lapses_after_its_date",
            ),
            models.UniqueConstraint(
                fields=["region", "user", "role"],
                condition=Q(ended_at=None),
                name="membership_one_running_per_role",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.PROFESSIONAL) | Q(organisation__isnull=False),
                name="membership_professional_has_organisation",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=models.F("started_at")),
                name="membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id}"


class Invitation(Regional):
    """The only way in: an address, a role, a link that works once within 72 hours.

    `subject` names the row the newcomer will be tied to (an expert's profile), which only
    the layer above understands.
    """

    LIFETIME = timedelta(hours=72)
    retention = Keep.after("expires_at", timedelta(days=7), "a week after the link is dead")

    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(max_length=16, choices=Role)
    organisation = regional_key("core.Organisation", null=True, blank=True)
    phone = models.CharField(_("work phone"), max_length=20, blank=True)
    subject = models.UUIDField(null=True, blank=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(Regional.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_at_with_by",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def is_open(self, *, at: datetime) -> bool:
        return self.used_at is None and self.withdrawn_at is None and at < self.expires_at


class LinkPurpose(models.TextChoices):
    OFFER = "OFFER", _("answer an offer")
    FEED = "FEED", _("calendar feed")
    INVITATION = "INVITATION", _("invitation")


class LinkToken(models.Model):
    """What a link in a message may do: one purpose, one object, one period. Only its hash.

    Without a region policy and without content: a link is opened before anybody signs in,
    and this row is what says which region it belongs to.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    purpose = models.CharField(max_length=12, choices=LinkPurpose)
    region = models.ForeignKey(Region, models.CASCADE, related_name="+")
    subject = models.UUIDField()
    holder = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"], name="linktoken_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"


class RateBucket(models.Model):
    """Tries per key and hour, counted in PostgreSQL so that limits survive Redis."""

    key = models.CharField(max_length=160, primary_key=True)
    window_start = models.DateTimeField()
    n_tries = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.key
