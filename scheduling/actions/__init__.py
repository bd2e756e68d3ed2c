"""What people and clocks can do to sessions. One function is one transaction."""

from scheduling.actions.attendance import (
    NotBegun,
    NotCheckedIn,
    TooEarly,
    check_in,
    check_out,
    mark_held,
    mark_missed,
)
from scheduling.actions.events import cancel_sessions, gate_again, pass_roles, unsettle
from scheduling.actions.feeds import revoke_feed, rotate_feed
from scheduling.actions.fitness import AskFirst, NewcomerAlone, NotDeployable
from scheduling.actions.needs import (
    AssignmentOver,
    DuoNeeded,
    NotReachableYet,
    SessionInPast,
    TooLong,
)
from scheduling.actions.overdue import (
    NotInside,
    TooMuchLonger,
    call_about,
    look_for,
    need_longer,
)
from scheduling.actions.papers import (
    list_sessions,
    look_after_rule,
    settle_lists,
    stop_sessions,
    stop_undecided,
)
from scheduling.actions.reminders import remind
from scheduling.actions.replacing import (
    NobodyFellOut,
    count_newcomer,
    free_of,
    is_free,
    replace_expert,
)
from scheduling.actions.sessions import (
    cancel_session,
    confirm_session,
    move_session,
    plan_session,
)

__all__ = [
    "AskFirst",
    "AssignmentOver",
    "DuoNeeded",
    "NewcomerAlone",
    "NobodyFellOut",
    "NotBegun",
    "NotCheckedIn",
    "NotDeployable",
    "NotInside",
    "NotReachableYet",
    "SessionInPast",
    "TooEarly",
    "TooLong",
    "TooMuchLonger",
    "call_about",
    "cancel_session",
    "cancel_sessions",
    "check_in",
    "check_out",
    "confirm_session",
    "count_newcomer",
    "free_of",
    "gate_again",
    "is_free",
    "list_sessions",
    "look_after_rule",
    "look_for",
    "mark_held",
    "mark_missed",
    "move_session",
    "need_longer",
    "pass_roles",
    "plan_session",
    "remind",
    "replace_expert",
    "revoke_feed",
    "rotate_feed",
    "settle_lists",
    "stop_sessions",
    "stop_undecided",
    "unsettle",
]
