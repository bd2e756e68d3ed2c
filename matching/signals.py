"""What matching announces upward; it never asks who listens.

Each is sent inside the transaction of the act, with `sender=None` and `now`.
"""

from __future__ import annotations

from django.dispatch import Signal

# assignment: the row that began or ended; on its end also `is_passed`: another takes it over, and
# what was planned waits for that one.
assignment_started = Signal()
assignment_ended = Signal()
# request, codes (the items that opened again) and why (a `reference.Cause`).
gate_voided = Signal()
# measure and kind (a `MeasureEventKind`); end and state are the new ones.
measure_changed = Signal()
# request: closed or withdrawn.
request_closed = Signal()
# request, before and to: a colleague goes on with it.
request_passed_on = Signal()
