"""Addresses of scheduling, from the root of the site."""

from __future__ import annotations

from django.urls import path

from scheduling import views

app_name = "scheduling"
urlpatterns = [
    path("agenda/", views.agenda, name="agenda"),
    path("agenda/koppeling/", views.feed_rotate, name="feed-rotate"),
    path("agenda/koppeling/stop/", views.feed_revoke, name="feed-revoke"),
    path("agenda/<str:token>.ics", views.feed, name="feed"),
    path("aanvragen/<uuid:request_id>/plannen/", views.session_plan, name="session-plan"),
    path("pool/<uuid:expert_id>/afspraken-daarna/", views.sessions_after, name="sessions-after"),
    path("afspraken/<uuid:session_id>/", views.session_detail, name="session-detail"),
    path("afspraken/<uuid:session_id>/verzetten/", views.session_move, name="session-move"),
    path("afspraken/<uuid:session_id>/afzeggen/", views.session_cancel, name="session-cancel"),
    path("afspraken/<uuid:session_id>/bevestigen/", views.session_confirm, name="session-confirm"),
    path("afspraken/<uuid:session_id>/gehouden/", views.session_held, name="session-held"),
    path("afspraken/<uuid:session_id>/gemist/", views.session_missed, name="session-missed"),
    path("afspraken/deel/<uuid:role_id>/in/", views.role_check_in, name="role-check-in"),
    path("afspraken/deel/<uuid:role_id>/langer/", views.role_longer, name="role-longer"),
    path("afspraken/deel/<uuid:role_id>/uit/", views.role_check_out, name="role-check-out"),
]
