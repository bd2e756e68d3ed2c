"""Addresses of scheduling, from the root of the site."""

from __future__ import annotations

from django.urls import path

from scheduling.views import handing, sessions

app_name = "scheduling"
urlpatterns = [
    path("agenda/", sessions.agenda, name="agenda"),
    path("agenda/koppeling/", sessions.feed_rotate, name="feed-rotate"),
    path("agenda/koppeling/stop/", sessions.feed_revoke, name="feed-revoke"),
    path("agenda/<str:token>.ics", sessions.feed, name="feed"),
    path("aanvragen/<uuid:request_id>/plannen/", sessions.session_plan, name="session-plan"),
    path("pool/<uuid:expert_id>/afspraken-daarna/", sessions.sessions_after, name="sessions-after"),
    path("pool/<uuid:expert_id>/overdragen/", handing.work_pass, name="work-pass"),
    path("afspraken/<uuid:session_id>/", sessions.session_detail, name="session-detail"),
    path("afspraken/<uuid:session_id>/verzetten/", sessions.session_move, name="session-move"),
    path("afspraken/<uuid:session_id>/afzeggen/", sessions.session_cancel, name="session-cancel"),
    path(
        "afspraken/<uuid:session_id>/bevestigen/", sessions.session_confirm, name="session-confirm"
    ),
    path("afspraken/<uuid:session_id>/opvolger/", handing.session_replace, name="session-replace"),
    path("afspraken/<uuid:session_id>/gehouden/", sessions.session_held, name="session-held"),
    path("afspraken/<uuid:session_id>/gemist/", sessions.session_missed, name="session-missed"),
    path("afspraken/deel/<uuid:role_id>/in/", sessions.role_check_in, name="role-check-in"),
    path("afspraken/deel/<uuid:role_id>/langer/", sessions.role_longer, name="role-longer"),
    path("afspraken/deel/<uuid:role_id>/uit/", sessions.role_check_out, name="role-check-out"),
]
