"""Addresses of the pool, and the expert's own pages under /ik/."""

from __future__ import annotations

from django.urls import path

from pool.views import duty, experts, hours, own, papers, people, requirements

app_name = "pool"

urlpatterns = [
    path("pool/", people.expert_list, name="expert-list"),
    path("pool/nieuw/", experts.expert_register, name="expert-register"),
    path("pool/dienst/", duty.on_call, name="on-call"),
    path("pool/dienst/<uuid:shift_id>/weg/", duty.on_call_remove, name="on-call-remove"),
    path("pool/eisen/", requirements.requirement_list, name="requirement-list"),
    path("pool/eisen/gebruikelijk/", requirements.requirement_adopt, name="requirement-adopt"),
    path(
        "pool/eisen/<slug:activity>/<slug:host_kind>/",
        requirements.requirement_edit,
        name="requirement-edit",
    ),
    path("pool/<uuid:expert_id>/", experts.expert_detail, name="expert-detail"),
    path("pool/<uuid:expert_id>/wijzigen/", experts.expert_edit, name="expert-edit"),
    path("pool/<uuid:expert_id>/bereiken/", experts.expert_contact, name="expert-contact"),
    path("pool/<uuid:expert_id>/stap/", experts.expert_move, name="expert-move"),
    path("pool/<uuid:expert_id>/stoppen/", experts.expert_suspend, name="expert-suspend"),
    path("pool/<uuid:expert_id>/terug/", experts.expert_readmit, name="expert-readmit"),
    path("pool/<uuid:expert_id>/uren/", hours.expert_week, name="expert-week"),
    path("pool/<uuid:expert_id>/weg/", hours.absence_add, name="absence-add"),
    path(
        "pool/<uuid:expert_id>/weg/<uuid:absence_id>/",
        hours.absence_remove,
        name="absence-remove",
    ),
    path("pool/<uuid:expert_id>/papier/<slug:kind>/", papers.paper_add, name="paper-add"),
    path("ik/beschikbaarheid/", hours.my_week, name="my-week"),
    path("ik/pauze/", own.my_pause, name="my-pause"),
    path("ik/profiel/", own.my_profile, name="my-profile"),
    path("ik/profiel/wijzigen/", own.my_profile_edit, name="my-profile-edit"),
]
