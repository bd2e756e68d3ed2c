"""States of due work and of messages."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import machine


class WorkState(models.TextChoices):
    WAITING = "WAITING", _("waiting")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("cancelled")
    FAILED = "FAILED", _("failed")


WORK = machine(
    "due work",
    {WorkState.WAITING: {WorkState.DONE, WorkState.CANCELLED, WorkState.FAILED}},
    {
        WorkState.DONE: "the worker",
        WorkState.CANCELLED: "the action that made it superfluous",
        WorkState.FAILED: "the worker, out of tries",
    },
)


class Channel(models.TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("text message")


class MessageState(models.TextChoices):
    QUEUED = "QUEUED", _("waiting to be sent")
    SENT = "SENT", _("handed over")
    SKIPPED = "SKIPPED", _("no longer wanted")
    WITHDRAWN = "WITHDRAWN", _("withdrawn")
    FAILED = "FAILED", _("could not be sent")


MESSAGE = machine(
    "message",
    {
        MessageState.QUEUED: {
            MessageState.SENT,
            MessageState.SKIPPED,
            MessageState.WITHDRAWN,
            MessageState.FAILED,
        }
    },
    {
        MessageState.SENT: "the worker, after the provider took it",
        MessageState.SKIPPED: "the worker, asking again at the moment of sending",
        MessageState.WITHDRAWN: "the action that overtook it",
        MessageState.FAILED: "the worker, refused by the provider or out of tries",
    },
)


class DeliveryState(models.TextChoices):
    SENT = "SENT", _("handed over")
    DELIVERED = "DELIVERED", _("delivered")
    BOUNCED = "BOUNCED", _("came back")


DELIVERY = machine(
    "delivery",
    {
        DeliveryState.SENT: {DeliveryState.DELIVERED, DeliveryState.BOUNCED},
        DeliveryState.DELIVERED: {DeliveryState.BOUNCED},
    },
    {
        DeliveryState.SENT: "the worker, after the provider took it",
        DeliveryState.DELIVERED: "the provider, in a signed report",
        DeliveryState.BOUNCED: "the provider, in a signed report; whatever it says afterwards",
    },
)
