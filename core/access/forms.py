"""What is typed at the door: a code, a first password, the way of working."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from core import clock
from core.access import buckets
from core.access.login import may_be_limited
from core.access.models import User

CODES_A_DAY = 96
# A code lives 30 seconds; the same one may not count twice, also while the cache is away.
CODE_ONCE_PER = timedelta(seconds=90)


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The code of the second step, counted per person and per code in PostgreSQL."""

    def clean_code(self) -> str:
        now = clock.now()
        try:
            buckets.spend(f"code:{self.user.pk}", limit=CODES_A_DAY, per=timedelta(days=1), now=now)
            code: str = super().clean_code()
            digest = hashlib.sha256(f"{self.user.pk}:{code}".encode()).hexdigest()[:40]
            buckets.spend(f"code once:{digest}", limit=1, per=CODE_ONCE_PER, now=now)
        except buckets.TooManyTries as refusal:
            raise forms.ValidationError(str(refusal.message)) from None
        return code

    @property
    def offers_hours(self) -> bool:
        """Whether this person may go on without the code, to see hours and nothing else."""
        return may_be_limited(self.user)


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """A passkey that also signs in by itself: that is what people expect of one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this passkey")
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = _("Sign in with this passkey alone, without a password")
        passwordless.help_text = ""


class AcceptForm(forms.Form):
    """The first password of a newcomer; may stay empty for who chooses a passkey."""

    password = forms.CharField(
        label=_("Password"),
        error_messages={"required": _("Choose a password, or tick that you use a passkey.")},
        help_text=_(
            "At least 12 characters. A few ordinary words in a row are strong and easy to keep."
        ),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    passkey = forms.BooleanField(
        label=_("No password. I will sign in with a passkey of my phone or computer."),
        required=False,
    )

    def __init__(self, *args: Any, newcomer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.newcomer = newcomer
        if self.data.get("passkey"):
            self.fields["password"].required = self.fields["again"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("passkey"):
            return {**cleaned, "password": None}
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", _("These two are not the same. Type the password again."))
        elif password:
            self._judge(password)
        return cleaned

    def _judge(self, password: str) -> None:
        try:
            validate_password(password, self.newcomer)
        except forms.ValidationError as faults:
            self.add_error("password", faults)


class LanguageForm(forms.Form):
    """The language of pages and messages for one person."""

    language = forms.ChoiceField(
        label=_("Language of pages and messages"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
    )


class FirstChannelForm(forms.Form):
    """Which channel is tried first for one person who has two."""

    first = forms.ChoiceField(
        label=_("How do we reach you first?"),
        choices=[("EMAIL", _("By e-mail")), ("SMS", _("By text message"))],
        widget=forms.RadioSelect,
        help_text=_("If a message does not arrive there, it takes the other way."),
    )
