"""Addresses of insight."""

from __future__ import annotations

from django.urls import path

from insight import log_views, views

app_name = "insight"
urlpatterns = [
    path("cijfers/", views.figures, name="figures"),
    path("toezicht/", log_views.log_search, name="log-search"),
    path("toezicht/maand/", log_views.log_month, name="log-month"),
]
