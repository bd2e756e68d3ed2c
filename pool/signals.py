"""What the pool announces upward; it never asks who listens.

Each is sent inside the transaction of the act, with `now` and, but for `debrief_settled`, with
`expert`.
"""

from __future__ import annotations

from django.dispatch import Signal

expert_paused = Signal()
# Somebody learns (again) before doing anything.
expert_learns = Signal()
expert_suspended = Signal()
# Somebody named a last day: `expert.leaves_on`.
expert_leaving = Signal()
# Who was leaving stays after all, who was stopped is back, or who learned takes part.
expert_returns = Signal()
expert_left = Signal()
# Somebody wrote in through an invitation; and a coordinator took it up.
expert_applied = Signal()
application_taken = Signal()
# A coordinator said to call somebody on a day about joining, and that day has come.
intake_again = Signal()
# Consent was taken back, or given again.
consent_withdrawn = Signal()
consent_given = Signal()
# Sent with `correction` instead of `expert`: asked for, and dealt with.
correction_asked = Signal()
correction_done = Signal()
# vog: the evidence (a `VogEvidence`) of `expert`. Its end comes near; it carries no work any
# more, because it ended or was asked for again; work is carried again, by a new one or a bridge.
vog_ends_soon = Signal()
vog_stopped = Signal()
vog_carries = Signal()
# Sent with `requirement` instead of `expert`: what the region asks of one kind of work changed.
requirement_set = Signal()
# grant: an agreement to lend that ran is over; sent in the region of who ended it.
lending_ended = Signal()
# A coordinator should call: also `debrief`, and `key`, which names the occasion; with
# `too_heavy` where that was said.
debrief_wanted = Signal()
# Nobody need call any more for the occasion `key`.
debrief_settled = Signal()
