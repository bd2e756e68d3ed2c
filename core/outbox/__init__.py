"""What must happen later, and what must be said: rows first, queues are only nudges.

`schedule` writes due work, `post` writes a message; both in the caller's transaction.
Whoever looks (a nudge, beat, `manage.py deliver`) claims due rows with a lease, acts, and
then marks: a crash may repeat one message, never lose one (docs/adr/0003).
"""

from core.outbox.due import Done, Job, Later, cancel, handler, run_due, schedule
from core.outbox.messages import Attachment, post, still_wanted, withdraw
from core.outbox.sending import message_failed, never_twice
from core.outbox.states import Channel, DeliveryState, MessageState, WorkState
from core.outbox.ways import Way, reached_by, ways_of

__all__ = [
    "Attachment",
    "Channel",
    "DeliveryState",
    "Done",
    "Job",
    "Later",
    "MessageState",
    "Way",
    "WorkState",
    "cancel",
    "handler",
    "message_failed",
    "never_twice",
    "post",
    "reached_by",
    "run_due",
    "schedule",
    "still_wanted",
    "ways_of",
    "withdraw",
]
