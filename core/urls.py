"""Addresses of the door and of one's own account."""

from __future__ import annotations

from django.urls import path

from core.access import views

app_name = "core"
urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/regio/", views.work_region, name="work-region"),
    path("account/tweede-stap/", views.second_factor, name="second-factor"),
    # The address bar says nothing after leaving, and neither does the history.
    path("leeg/", views.quick_exit, name="quick-exit"),
    path("uitnodiging/<str:token>", views.invitation, name="invitation"),
]
