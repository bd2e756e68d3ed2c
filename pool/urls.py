"""Addresses of the pool, and the expert's own pages under /ik/."""

from __future__ import annotations

from django.urls import path

from pool import views

app_name = "pool"

urlpatterns = [
    path("pool/", views.expert_list, name="expert-list"),
    path("pool/nieuw/", views.expert_register, name="expert-register"),
    path("pool/dienst/", views.on_call, name="on-call"),
    path("pool/dienst/<uuid:shift_id>/weg/", views.on_call_remove, name="on-call-remove"),
    path("pool/<uuid:expert_id>/", views.expert_detail, name="expert-detail"),
    path("pool/<uuid:expert_id>/wijzigen/", views.expert_edit, name="expert-edit"),
    path("pool/<uuid:expert_id>/bereiken/", views.expert_contact, name="expert-contact"),
    path("pool/<uuid:expert_id>/stap/", views.expert_move, name="expert-move"),
    path("pool/<uuid:expert_id>/stoppen/", views.expert_suspend, name="expert-suspend"),
    path("pool/<uuid:expert_id>/terug/", views.expert_readmit, name="expert-readmit"),
    path("pool/<uuid:expert_id>/uren/", views.expert_week, name="expert-week"),
    path("pool/<uuid:expert_id>/weg/", views.absence_add, name="absence-add"),
    path(
        "pool/<uuid:expert_id>/weg/<uuid:absence_id>/",
        views.absence_remove,
        name="absence-remove",
    ),
    path("pool/<uuid:expert_id>/papier/<slug:kind>/", views.paper_add, name="paper-add"),
    path("ik/beschikbaarheid/", views.my_week, name="my-week"),
    path("ik/pauze/", views.my_pause, name="my-pause"),
    path("ik/profiel/", views.my_profile, name="my-profile"),
    path("ik/profiel/wijzigen/", views.my_profile_edit, name="my-profile-edit"),
]
