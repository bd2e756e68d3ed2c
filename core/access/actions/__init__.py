"""Coming in, changing roles, going out: one verb, one transaction each."""

from core.access.actions.accounts import (
    choose_first_channel,
    choose_language,
    close_if_left,
    close_left_accounts,
    erase_closed,
    regions_of,
    work_in,
)
from core.access.actions.invitations import (
    INVITATION_MAIL,
    INVITE_STAFF,
    AccountClosed,
    InvitationGone,
    accept_invitation,
    invite,
    open_invitation,
    refuse_invitation,
    send_again,
    withdraw_invitation,
)
from core.access.actions.memberships import (
    NotRunning,
    OwnMembership,
    change_role,
    end_membership,
    grant_kind,
)
from core.access.actions.organisations import OrganisationKnown, add_organisation
from core.access.actions.rights import (
    MAY_GRANT,
    STAFF_ROLES,
    AlreadyMember,
    OrganisationMissing,
)

__all__ = [
    "INVITATION_MAIL",
    "INVITE_STAFF",
    "MAY_GRANT",
    "STAFF_ROLES",
    "AccountClosed",
    "AlreadyMember",
    "InvitationGone",
    "NotRunning",
    "OrganisationKnown",
    "OrganisationMissing",
    "OwnMembership",
    "accept_invitation",
    "add_organisation",
    "change_role",
    "choose_first_channel",
    "choose_language",
    "close_if_left",
    "close_left_accounts",
    "end_membership",
    "erase_closed",
    "grant_kind",
    "invite",
    "open_invitation",
    "refuse_invitation",
    "regions_of",
    "send_again",
    "withdraw_invitation",
    "work_in",
]
