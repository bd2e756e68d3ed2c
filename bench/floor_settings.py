"""Settings of the floor under gunicorn: the same database and languages, and nothing else."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import DATABASES as OURS

INSTALLED_APPS = ["django.contrib.contenttypes"]
MIDDLEWARE = [
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "bench.floor"
WSGI_APPLICATION = "bench.floor_wsgi.application"
AUTH_USER_MODEL = "auth.User"
DATABASE_ROUTERS = []
DATABASES = {"default": {**OURS["default"], "ATOMIC_REQUESTS": False}}
