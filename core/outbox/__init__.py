"""What must happen later, and what must be said: rows first, queues are only nudges.

`schedule` writes due work, `post` writes a message; both in the caller's transaction.
Whoever looks (a nudge, beat, `manage.py deliver`) claims due rows with a lease, acts, and
then marks: a crash may repeat one message, never lose one (docs/adr/0003).
"""

from core.outbox.due import Done, Job, Later, cancel, handler, run_due, schedule
from core.outbox.messages import Attachment, message_failed, post, still_wanted, withdraw
from core.outbox.states import Channel, MessageState, WorkState

__all__ = [
    "Attachment",
    "Channel",
    "Done",
    "Job",
    "Later",
    "MessageState",
    "WorkState",
    "cancel",
    "handler",
    "message_failed",
    "post",
    "run_due",
    "schedule",
    "still_wanted",
    "withdraw",
]
