#!/usr/bin/env python
"""Django's commands, each as the database role that it needs."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

# These change tables or look at what would change them; everything else serves people, as app.
OWNERS_COMMANDS = {"flush", "makemigrations", "migrate", "showmigrations", "sqlflush", "sqlmigrate"}

# These claim or clean up across regions.
ROLES = {"deliver": "worker"}


def main() -> None:
    """Chooses settings and role where the caller has not, and hands over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = "".join(sys.argv[1:2])
    role = "owner" if command in OWNERS_COMMANDS else ROLES.get(command, "app")
    os.environ.setdefault("DATABASE_ROLE", role)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
