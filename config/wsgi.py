"""The WSGI entry of the web server; touches the database once, so a wrong role stops the start."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from core.access.roles import refuse_wrong_role  # noqa: E402  (apps must be loaded first)

refuse_wrong_role()
