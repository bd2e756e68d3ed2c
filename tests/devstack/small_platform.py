"""A platform of four files with the edges that the launcher relies on, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = """\
import os
from urllib.parse import parse_qs, urlsplit

NAMES = {"app": "DATABASE_URL", "owner": "MIGRATION_DATABASE_URL", "worker": "WORKER_DATABASE_URL"}
url = urlsplit(os.environ[NAMES[os.environ["DATABASE_ROLE"]]])
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": url.path[1:],
    "USER": url.username,
    "HOST": parse_qs(url.query).get("host", [url.hostname])[0],
    "PORT": str(url.port or ""),
}}
REDIS_URL = os.environ["REDIS_URL"]
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://") + "?virtual_host=1"
    if REDIS_URL.startswith("unix://") else REDIS_URL
)
SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = os.environ["ALLOWED_HOSTS"].split(",")
INSTALLED_APPS = ["core"]
ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
"""

CELERY = """\
from celery import Celery

app = Celery("small")
app.config_from_object("django.conf:settings", namespace="CELERY")
"""

URLS = """\
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("healthz", lambda request: HttpResponse("ok"))]
"""

WSGI = """\
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""

MODELS = """\
from django.db import models


class Region(models.Model):
    name = models.TextField()
"""

MIGRATION = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Region", [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.TextField()),
        ]),
        migrations.RunSQL("GRANT SELECT, INSERT ON core_region TO naast_app"),
        migrations.RunSQL("GRANT USAGE ON core_region_id_seq TO naast_app"),
    ]
"""

SEED = """\
from core.models import Region
from django.core.management import BaseCommand


class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--size")
        parser.add_argument("--seed")

    def handle(self, **options):
        Region.objects.create(name=f"{options['size']} {options['seed']}")
"""

LOGINS = """\
from django.core.management import BaseCommand


class Command(BaseCommand):
    def handle(self, **options):
        print("ada@naast.example")
"""

FILES = {
    "config/__init__.py": "from config.celery import app as celery\n\n__all__ = ['celery']\n",
    "config/settings.py": SETTINGS,
    "config/celery.py": CELERY,
    "config/urls.py": URLS,
    "config/wsgi.py": WSGI,
    "core/__init__.py": "",
    "core/models.py": MODELS,
    "core/migrations/__init__.py": "",
    "core/migrations/0001_initial.py": MIGRATION,
    "core/management/__init__.py": "",
    "core/management/commands/__init__.py": "",
    "core/management/commands/demo_logins.py": LOGINS,
    "core/management/commands/seed.py": SEED,
}


def build(checkout: Path) -> Path:
    """Writes the small platform into `checkout`, beside a copy of the launcher."""
    for name, text in FILES.items():
        path = checkout / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copytree(
        ROOT / "devstack", checkout / "devstack", ignore=shutil.ignore_patterns("*.pyc")
    )
    for name in ("manage.py", "uv.lock"):
        shutil.copy(ROOT / name, checkout / name)
    return checkout
