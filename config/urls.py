"""Every address of Naast; each view says who may come in (`core.access.permissions`)."""

from __future__ import annotations

from django.urls import include, path

from core.http import healthz, readyz
from core.ui.views import gallery
from matching.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("core.urls")),
    path("", include("matching.urls")),
    path("", include("pool.urls")),
    path("", include("scheduling.urls")),
    path("", include("insight.urls")),
    path("accounts/", include("core.access.account_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("demo/", include("core.demo.urls")),
    path("onderdelen/", gallery, name="gallery"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
