"""Addresses of the door, of one's own account, and of who works here."""

from __future__ import annotations

from django.urls import path

from core.access import views
from core.access.people import house_views as houses
from core.access.people import views as people
from core.outbox.views import sms_report

app_name = "core"
urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/berichten/", views.first_channel, name="first-channel"),
    path("account/regio/", views.work_region, name="work-region"),
    path("account/tweede-stap/", views.second_factor, name="second-factor"),
    path("account/alleen-uren/", views.hours_only, name="hours-only"),
    path("account/helemaal-inloggen/", views.sign_in_whole, name="sign-in-whole"),
    # The address bar says nothing after leaving, and neither does the history.
    path("leeg/", views.quick_exit, name="quick-exit"),
    path("mensen/", people.people_list, name="people"),
    path("mensen/nieuw/", people.invitation_new, name="invitation-new"),
    path(
        "mensen/organisatie/<uuid:organisation_id>/",
        houses.organisation_detail,
        name="organisation-detail",
    ),
    path(
        "mensen/organisatie/<uuid:organisation_id>/nummer/",
        houses.organisation_number,
        name="organisation-number",
    ),
    path(
        "mensen/organisatie/<uuid:organisation_id>/contact/",
        houses.organisation_contact,
        name="organisation-contact",
    ),
    path(
        "mensen/organisatie/<uuid:organisation_id>/sluiten/",
        houses.organisation_close,
        name="organisation-close",
    ),
    path(
        "mensen/organisatie/<uuid:organisation_id>/openen/",
        houses.organisation_reopen,
        name="organisation-reopen",
    ),
    path("organisatie/", houses.my_organisation, name="my-organisation"),
    path(
        "mensen/<uuid:membership_id>/klopt/", houses.membership_confirm, name="membership-confirm"
    ),
    path("mensen/<uuid:membership_id>/vervanger/", houses.deputy_new, name="deputy-new"),
    path("mensen/vervanger/<uuid:deputy_id>/weg/", houses.deputy_end, name="deputy-end"),
    path("mensen/<uuid:membership_id>/", people.membership_detail, name="membership-detail"),
    path("mensen/<uuid:membership_id>/rol/", people.membership_role, name="membership-role"),
    path("mensen/<uuid:membership_id>/einde/", people.membership_end, name="membership-end"),
    path(
        "mensen/uitnodiging/<uuid:invitation_id>/opnieuw/",
        people.invitation_again,
        name="invitation-again",
    ),
    path(
        "mensen/uitnodiging/<uuid:invitation_id>/intrekken/",
        people.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path("mensen/akkoord/<uuid:approval_id>/", people.approval_decide, name="approval-decide"),
    path("meldingen/sms", sms_report, name="sms-report"),
    path("uitnodiging/<str:token>", views.invitation, name="invitation"),
]
