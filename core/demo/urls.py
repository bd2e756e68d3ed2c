"""Addresses of the demo; without DEMO=1 each of them answers 404."""

from __future__ import annotations

from django.urls import path

from core.demo import views

app_name = "demo"
urlpatterns = [
    path("inloggen/", views.sign_in_as, name="sign-in"),
    path("berichten", views.all_messages, name="messages"),
]
