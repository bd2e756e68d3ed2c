"""Where allauth meets our rules: invitation only, limits in PostgreSQL, sealed secrets."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from core import audit, clock
from core.access import buckets
from core.access.login import DEMO, is_fresh, used_factor
from core.access.models import User
from core.access.scope import region_scope
from core.crypto import blind_index, ring
from core.outbox import Channel, post

HOUR = timedelta(hours=1)
RESET_LINK = timedelta(minutes=30)

SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}
# What allauth wants to say by mail, and which message of ours says it. Anything else is a bug.
MAILS = {"account/email/password_reset_key": "core/password_reset"}
# What allauth tells afterwards, and what our one message about it says was changed.
NOTICES = {
    "account/email/email_changed": "address_changed",
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "account/email/password_set": "password_changed",
    "mfa/email/recovery_codes_generated": "codes_made",
    "mfa/email/totp_activated": "app_added",
    "mfa/email/totp_deactivated": "app_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
}


class InvitationOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by e-mail address for whoever was invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse a password try past the limit, also while Redis is away.

        A passkey never comes here, so guessing at somebody's password cannot lock out the
        person who has the key.
        """
        now = clock.now()
        try:
            for key, limit in self._limits(request, credentials):
                buckets.spend(key, limit=limit, per=HOUR, now=now)
        except buckets.TooManyTries:
            raise self.validation_error("too_many_login_attempts") from None
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user:
            # Only failures count: at eight o'clock a whole office signs in from one address.
            for key, _limit in self._limits(request, credentials):
                buckets.refund(key)
        elif person := User.objects.filter(email__iexact=credentials.get("email", "")).first():
            _keep_failure(person)
        return user

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Check the password again; the address stands with the person and nowhere else."""
        address = user.email if isinstance(user, User) else ""
        found = self.authenticate(context.request, email=address, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ten minutes after signing in nobody is asked again; in the demo nobody is at all."""
        request = context.request
        if used_factor(request) and DEMO in request.session:
            return False
        if is_fresh(request, now=clock.now()):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("core:account")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        # The page that follows shows that one is in, or out; a toast about it is in the way.
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Post to the outbox instead of talking to a mail server inside a request."""
        user, now = context["user"], clock.now()
        template = MAILS[template_prefix]
        if user.region_id is None:
            return
        with region_scope(user.region_id):
            try:
                buckets.spend(_bucket("reset", str(user.pk)), limit=3, per=HOUR, now=now)
            except buckets.TooManyTries:
                return  # the page answers the same either way: it tells nobody who has an account
            post(
                template,
                channel=Channel.EMAIL,
                address=email,
                to=user,
                once_per=f"{template}:{user.pk}:{now.timestamp():.0f}",
                now=now,
                context={"url": context["password_reset_url"]},
                useful_until=now + RESET_LINK,
            )
            audit.record("password.reset_asked", by=None, at=now, target=user)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,  # noqa: ARG002
        email: str | None = None,
    ) -> None:
        """Tell a person that a way into the account changed: perhaps somebody else did it."""
        what, now = NOTICES[template_prefix], clock.now()
        if not isinstance(user, User) or user.region_id is None:
            return
        # May run after commit, where no region is set.
        with region_scope(user.region_id):
            post(
                "core/account_changed",
                channel=Channel.EMAIL,
                address=email or user.email,
                to=user,
                once_per=f"account changed:{user.pk}:{what}:{now.timestamp():.3f}",
                now=now,
                context={"what": what, "url": f"{settings.BASE_URL}{reverse('account_login')}"},
            )

    def _limits(self, request: HttpRequest, credentials: dict[str, Any]) -> list[tuple[str, int]]:
        address = str(credentials.get("email", "")).lower()
        return [
            (_bucket("sign-in from", self.get_client_ip(request)), 20),
            (_bucket("sign-in as", address), 10),
        ]


class SealedMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Seals codes and seeds with the key ring; a box opens for its own person only.

    A copied row is worthless for another account, and a stolen table for everybody. The
    person comes from the request, because allauth hands over nothing but the text.
    """

    def encrypt(self, text: str) -> str:
        return base64.b64encode(ring.wrap(text.encode(), _place())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return ring.unwrap(base64.b64decode(encrypted_text), _place()).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Naast"}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": entity["name"]}


def _place() -> str:
    request = context.request
    if request.user.is_authenticated:
        return f"mfa:{request.user.pk}"
    # Between password and code nobody is signed in; allauth keeps who is on the way.
    return f"mfa:{request._login_stage.login.user.pk}"  # noqa: SLF001


def _bucket(what: str, whom: str) -> str:
    """A key that counts and does not tell: no address stands in the table of tries."""
    return blind_index("bucket", what, whom).hex()[:40]


def _keep_failure(person: User) -> None:
    if person.region_id is not None:
        with region_scope(person.region_id):
            audit.record("session.refused", by=None, at=clock.now(), target=person)
