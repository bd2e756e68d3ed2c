"""Every table of scheduling, gathered for Django."""

from scheduling.models.reminders import Reminder
from scheduling.models.sessions import Place, Session, SessionRole

__all__ = ["Place", "Reminder", "Session", "SessionRole"]
