"""Addresses of insight."""

from __future__ import annotations

from django.urls import path

from insight import views

app_name = "insight"
urlpatterns = [path("cijfers/", views.figures, name="figures")]
