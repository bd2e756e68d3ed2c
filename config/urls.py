"""Every address of Naast; each view says who may come in (`core.access.permissions`)."""

from __future__ import annotations

from django.urls import include, path

from core.http import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
