"""`manage.py demo_logins`: who can be tried in the demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _

from core.demo.people import demo_people


class Command(BaseCommand):
    help = "Print the people of the demo: role, name and e-mail address."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("There are demo logins with DEMO=1 only."))
        people = demo_people()
        if not people:
            raise CommandError(_("Nobody is there yet. Run: manage.py seed --size demo"))
        region = ""
        for one in people:
            if one.region.name != region:
                region = one.region.name
                self.stdout.write(f"\n{region}")
            self.stdout.write(f"  {one.role.label:<28} {one.user.name:<28} {one.user.email}")
        page = f"{settings.BASE_URL}{reverse('account_login')}"
        self.stdout.write("\n" + _("A button for each of them: %(page)s") % {"page": page})
