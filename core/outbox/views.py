"""The door for reports of the gateway: nobody signs in here, each report is signed."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock
from core.access.permissions import BY_SIGNATURE, allow_everyone
from core.outbox.gateway import PROVIDER_ID
from core.outbox.reports import take_report
from core.outbox.signing import is_genuine

log = logging.getLogger(__name__)
# A report is a reference and a word.
MOST_BYTES = 4096


@csrf_exempt
@allow_everyone(BY_SIGNATURE)
@require_POST
@transaction.non_atomic_requests
def sms_report(request: HttpRequest) -> HttpResponse:
    """Take one report on a text message.

    Without csrf token, because a gateway has no form: the signature takes its place. Unknown
    references get the same answer as known ones, so nothing can be asked here.
    """
    if not request.is_secure() and settings.SECURE_SSL_REDIRECT:
        return _answer(HTTPStatus.BAD_REQUEST)
    if not _is_short(request):
        return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    now = clock.now()
    if not is_genuine(request.body, request.headers, keys=settings.SMS_WEBHOOK_KEYS, now=now):
        log.warning("sms report refused", extra={"outcome": "forged"})
        return _answer(HTTPStatus.UNAUTHORIZED)
    try:
        report = json.loads(request.body)
        reference, status = str(report["reference"]), str(report["status"])
    except (ValueError, KeyError, TypeError):
        return _answer(HTTPStatus.BAD_REQUEST)
    provider_id = str(report.get("id", ""))
    if not PROVIDER_ID.fullmatch(provider_id):
        provider_id = ""
    moved = take_report(
        reference=reference, status=status.lower(), provider_id=provider_id, now=now
    )
    log.info("sms report", extra={"outcome": "moved" if moved else "nothing new"})
    return _answer(HTTPStatus.ACCEPTED)


def _is_short(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isascii() and length.isdigit() and int(length[:9]) <= MOST_BYTES


def _answer(status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"status": status.phrase}, status=status)
