"""What core announces upward; higher layers listen, core never asks who."""

from __future__ import annotations

from django.dispatch import Signal

# Somebody took an invitation. Sent inside the accepting transaction and region, with
# `invitation` and `user`; a receiver ties `invitation.subject` to the newcomer.
invitation_accepted = Signal()

# A role stopped: it ended, or nobody said in time that it is still right. Sent inside that
# transaction and region, with `membership`, `by` (None where a clock acts) and `now`.
membership_stopped = Signal()
