"""Addresses of the pool, and the expert's own pages under /ik/."""

from __future__ import annotations

from django.urls import path

from pool.views import (
    days,
    duty,
    experts,
    hours,
    limits,
    own,
    own_vog,
    papers,
    people,
    requirements,
    vog,
    weeks,
)

app_name = "pool"

urlpatterns = [
    path("pool/", people.expert_list, name="expert-list"),
    path("pool/nieuw/", experts.expert_register, name="expert-register"),
    path("pool/dienst/", duty.on_call, name="on-call"),
    path("pool/dienst/<uuid:shift_id>/weg/", duty.on_call_remove, name="on-call-remove"),
    path("pool/week/", weeks.pool_week, name="pool-week"),
    path("pool/week/<int:year>/<int:week>/", weeks.pool_week, name="pool-week-of"),
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
    path("pool/<uuid:expert_id>/dagen/", days.days_set, name="days-set"),
    path("pool/<uuid:expert_id>/dag/", days.day_add, name="day-add"),
    path("pool/<uuid:expert_id>/dag/<uuid:change_id>/", days.day_clear, name="day-clear"),
    path("pool/<uuid:expert_id>/grenzen/", limits.expert_limits, name="expert-limits"),
    path("pool/<uuid:expert_id>/weg/", hours.absence_add, name="absence-add"),
    path(
        "pool/<uuid:expert_id>/weg/<uuid:absence_id>/",
        hours.absence_remove,
        name="absence-remove",
    ),
    path("pool/<uuid:expert_id>/papier/<slug:kind>/", papers.paper_add, name="paper-add"),
    path("pool/verklaringen/", vog.vog_list, name="vog-list"),
    path("pool/<uuid:expert_id>/verklaring/", vog.vog_detail, name="vog"),
    path("pool/<uuid:expert_id>/verklaring/stap/", vog.vog_step, name="vog-step"),
    path("pool/<uuid:expert_id>/verklaring/brug/", vog.vog_bridge, name="vog-bridge"),
    path("pool/<uuid:expert_id>/verklaring/opnieuw/", vog.vog_again, name="vog-again"),
    path("pool/<uuid:expert_id>/verklaring/besluit/", vog.vog_decide, name="vog-decide"),
    path("pool/<uuid:expert_id>/verklaring/brief/", vog.vog_letter, name="vog-letter"),
    path("ik/verklaring/", own_vog.my_vog, name="my-vog"),
    path("ik/beschikbaarheid/", hours.my_week, name="my-week"),
    path("ik/vandaag-niet/", days.my_today, name="my-today"),
    path("ik/grenzen/", limits.my_limits, name="my-limits"),
    path("ik/pauze/", own.my_pause, name="my-pause"),
    path("ik/profiel/", own.my_profile, name="my-profile"),
    path("ik/profiel/wijzigen/", own.my_profile_edit, name="my-profile-edit"),
]
