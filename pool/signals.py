"""What the pool announces upward; it never asks who listens.

Each is sent inside the transaction of the act, with `expert` and `now`.
"""

from __future__ import annotations

from django.dispatch import Signal

expert_paused = Signal()
expert_suspended = Signal()
expert_left = Signal()
# Consent was taken back, or given again.
consent_withdrawn = Signal()
consent_given = Signal()
# Sent with `correction` instead of `expert`: asked for, and dealt with.
correction_asked = Signal()
correction_done = Signal()
