"""`manage.py demo_logins`: who can be tried in the demo."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils.translation import gettext as _

from core.demo.people import demo_people

# A newcomer needs the first few; the page has a button for everybody.
SHOWN = 3


class Command(BaseCommand):
    help = "Print who can be tried in the demo, by region and role."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(_("There are demo logins with DEMO=1 only."))
        people = demo_people()
        if not people:
            raise CommandError(_("Nobody is there yet. Run: manage.py seed --size demo"))
        for (region, role), group in groupby(people, key=lambda one: (one.region.name, one.role)):
            members = list(group)
            first = ", ".join(one.user.name for one in members[:SHOWN])
            rest = f" +{len(members) - SHOWN}" if len(members) > SHOWN else ""
            self.stdout.write(f"  {region:<22} {role.label:<22} {first}{rest}")
        page = f"{settings.BASE_URL}{reverse('account_login')}"
        self.stdout.write("\n" + _("A button for each of them: %(page)s") % {"page": page})
