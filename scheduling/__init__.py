"""Sessions, reminders, check-in and check-out, invitations and calendar feeds."""
