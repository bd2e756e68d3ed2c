"""Addresses of matching: requests, their status, offers, and the expert's day."""

from __future__ import annotations

from django.urls import path

from matching.views import (
    calls,
    elsewhere,
    filing,
    home,
    lending,
    links,
    passing,
    requests,
    status,
    today,
)

app_name = "matching"
urlpatterns = [
    path("aanvragen/", home.request_list, name="request-list"),
    path("aanvragen/nieuw/", filing.request_new, name="request-new"),
    path("aanvragen/nieuw/klopt/", filing.request_check, name="request-check"),
    path("aanvragen/nieuw/weg/", filing.request_discard, name="request-discard"),
    path("aanvragen/nieuw/<int:step>/", filing.request_step, name="request-step"),
    path("aanvragen/<uuid:pk>/", requests.request_detail, name="request-detail"),
    path("aanvragen/<uuid:pk>/zoek/", requests.request_search, name="request-search"),
    path(
        "aanvragen/<uuid:pk>/vraag/<uuid:seat>/<uuid:expert>/",
        requests.offer_send,
        name="offer-send",
    ),
    path("aanvragen/<uuid:pk>/volgende/<uuid:seat>/", requests.offer_next, name="offer-next"),
    path("aanvragen/<uuid:pk>/check/<str:code>/", requests.gate_confirm, name="gate-confirm"),
    path(
        "aanvragen/<uuid:pk>/check/<str:code>/tweede/",
        requests.gate_ask_second,
        name="gate-ask-second",
    ),
    path("aanvragen/<uuid:pk>/tweede/<uuid:approval>/", requests.gate_second, name="gate-second"),
    path("aanvragen/<uuid:pk>/contact/", requests.first_contact, name="first-contact"),
    path("aanvragen/<uuid:pk>/sluiten/", requests.request_close, name="request-close"),
    path("aanvragen/<uuid:pk>/collega/", passing.request_hand_over, name="request-hand-over"),
    path("aanvragen/<uuid:pk>/status/", status.request_status, name="request-status"),
    path("aanvragen/<uuid:pk>/aanvullen/", status.request_complete, name="request-complete"),
    path("aanvragen/<uuid:pk>/nummers/", status.request_reach, name="request-reach"),
    path("aanvragen/<uuid:pk>/kenmerk/", requests.request_reference, name="request-reference"),
    path("aanvragen/<uuid:pk>/nieuws/", status.measure_news, name="measure-news"),
    path("aanvragen/<uuid:pk>/vrij/", status.request_reachable, name="request-reachable"),
    path("aanvragen/<uuid:pk>/intrekken/", status.request_withdraw, name="request-withdraw"),
    path("vragen/<uuid:pk>/terug/", requests.offer_withdraw, name="offer-withdraw"),
    path("vragen/<uuid:pk>/", today.offer_answer, name="offer-answer"),
    path("vragen/<uuid:pk>/reden/", today.offer_reason, name="offer-reason"),
    path("vragen/<uuid:pk>/toch-niet/", today.offer_undo, name="offer-undo"),
    path("werk/<uuid:pk>/", today.work_card, name="work-card"),
    path("werk/<uuid:pk>/bekend/", today.work_conflict, name="work-conflict"),
    path("oproepen/", calls.calls, name="calls"),
    path("oproepen/<uuid:pk>/ik/", calls.call_take, name="call-take"),
    path("oproepen/<uuid:pk>/volgende/", calls.call_pass, name="call-pass"),
    path("taken/<uuid:pk>/klaar/", home.task_done, name="task-done"),
    path("vandaag/", today.today, name="today"),
    path("pool/uitlenen/", lending.lending, name="lending"),
    path("pool/uitlenen/vragen/", lending.lending_ask, name="lending-ask"),
    path("pool/uitlenen/voorstellen/", lending.lending_propose, name="lending-propose"),
    path("pool/uitlenen/vraag/<uuid:pk>/", lending.lending_ask_close, name="lending-ask-close"),
    path("pool/uitlenen/<uuid:pk>/tweede/", lending.lending_decide, name="lending-decide"),
    path("pool/uitlenen/<uuid:pk>/stoppen/", lending.lending_end, name="lending-end"),
    path("ik/elders/<uuid:pk>/", elsewhere.lending_word, name="lending-word"),
    path("ik/elders/<uuid:pk>/stoppen/", elsewhere.lending_stop, name="lending-stop"),
    path("ik/elders/naar/<int:region_id>/", elsewhere.visit, name="visit"),
    path("ik/elders/thuis/", elsewhere.come_home, name="come-home"),
    path("v/<str:token>/", links.offer_link, name="offer-link"),
]
