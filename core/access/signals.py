"""What core announces upward; higher layers listen, core never asks who."""

from __future__ import annotations

from django.dispatch import Signal

# Somebody took an invitation. Sent inside the accepting transaction and region, with
# `invitation` and `user`; a receiver ties `invitation.subject` to the newcomer.
invitation_accepted = Signal()
