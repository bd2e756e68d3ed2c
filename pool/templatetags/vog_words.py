"""A VOG in words, for templates; on the own pages of an expert without a telling one."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.naast import badge
from pool.queries import Progress, VogPage
from pool.states import VOLUNTARY, VogStanding, VogState

register = template.Library()

# The same steps on a page on which somebody may look along.
OWN: dict[VogState, str | Promise] = {
    VogState.NEEDED: _("a new certificate is needed, your coordinator begins"),
    VogState.PREPARED: _("your coordinator sent the first half, now it is up to you"),
    VogState.SUBMITTED: _("you sent it"),
    VogState.INTENT_TO_REFUSE: _("you got a letter with questions"),
    VogState.REFUSED: _("you got a letter"),
    VogState.OBJECTION: _("you wrote back"),
    VogState.APPEAL: _("a judge looks at it"),
    VogState.NOT_RECEIVED: _("it has not come"),
    VogState.GRANTED_NOT_SEEN: _("you have it, your coordinator still looks at it"),
    VogState.VERIFIED: _("it was seen"),
    VogState.WITHDRAWN: _("you stopped with this"),
}


# Nobody has to do anything now; what is voluntary reads the same.
ON_ITS_WAY = VOLUNTARY | {VogState.PREPARED, VogState.SUBMITTED, VogState.GRANTED_NOT_SEEN}


@register.simple_tag
def vog_badge(standing: str) -> SafeString:
    """How a VOG stands: word, pictogram and colour."""
    meaning = (
        {
            VogStanding.VERIFIED: "goed",
            VogStanding.EXPIRING: "wacht",
            VogStanding.EXPIRED: "nu",
            VogStanding.RECHECK: "nu",
        }.get(VogStanding(standing), "stil")
        if standing
        else "stil"
    )
    word = VogStanding(standing).label if standing else VogStanding.NEEDED.label
    return badge(meaning, capfirst(str(word)))


@register.simple_tag
def vog_sentence(page: VogPage, *, own: bool = False) -> str:
    """How it stands, in one sentence on top of the page."""
    until = _day(page.vog.policy_valid_until) if page.vog else ""
    said = {
        VogStanding.NOT_REQUIRED: gettext("The chosen work asks no certificate"),
        VogStanding.NEEDED: gettext("No certificate was seen yet"),
        VogStanding.VERIFIED: gettext("In order until %(day)s"),
        VogStanding.EXPIRING: gettext("Counts until %(day)s. Renew it now"),
        VogStanding.EXPIRED: gettext("Has not counted since %(day)s"),
        VogStanding.RECHECK: gettext("A new certificate was asked for"),
    }[VogStanding(page.standing)]
    waits = page.progress is not None and page.progress.state in ON_ITS_WAY
    if page.standing == VogStanding.EXPIRING and waits:
        said = gettext("Counts until %(day)s. A new one was asked for")
    if own and page.standing == VogStanding.EXPIRED:
        said = gettext("Your certificate counted until %(day)s")
    return said % {"day": until}


@register.filter
def vog_dates(progress: Progress, own: bool) -> list[tuple[str, str]]:  # noqa: FBT001  (a filter)
    """The dates of an application in words, the last step first."""
    state = OWN[VogState(progress.state)] if own else VogState(progress.state).label
    found: list[tuple[str, date | None]] = [
        (gettext("Sent on"), progress.submitted_on),
        (gettext("Our part sent on"), progress.prepared_on),
        (gettext("Letter of"), progress.letter_on),
        (gettext("Decision of"), progress.decided_on),
        (gettext("Filed on"), progress.filed_on),
        (gettext("Answer of"), progress.answered_on),
        (gettext("Send it before"), progress.lapses_on),
        (gettext("Answer expected on"), progress.expected_on),
        (gettext("Answer at the latest on"), progress.latest_on),
        (
            gettext("You can answer until") if own else gettext("Answer possible until"),
            progress.due_on,
        ),
    ]
    shown = [(label, _day(day)) for label, day in found if day is not None]
    scheme = [(gettext("Costs"), gettext("scheme for free VOGs"))] if progress.free_scheme else []
    if own and scheme:
        scheme = [(gettext("Costs"), pgettext("a certificate", "free"))]
    return [(gettext("How far"), capfirst(str(state))), *shown, *scheme]


def _day(day: date) -> str:
    return date_format(day, "j F Y")
