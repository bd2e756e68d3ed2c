"""The way to a certificate, on the expert's own pages: no telling word, and nothing is a must."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock
from core.access.models import Role
from core.access.permissions import allow
from pool import actions, queries
from pool.forms.vog import AttemptForm, StepForm, TellForm
from pool.queries import Progress
from pool.states import VOG_APPLICATION, VOLUNTARY, VogState
from pool.views.shared import done, log_reading, own_expert, person_of

# What somebody can tell, in the words of these pages.
STEPS: dict[str, str | Promise] = {
    VogState.SUBMITTED: gettext_lazy("I sent it"),
    VogState.GRANTED_NOT_SEEN: gettext_lazy("I have it. My coordinator can see it"),
    VogState.INTENT_TO_REFUSE: gettext_lazy("I got a letter with questions"),
    VogState.REFUSED: gettext_lazy("I got a letter that says no"),
    VogState.OBJECTION: gettext_lazy("I objected"),
    VogState.APPEAL: gettext_lazy("I went to court"),
    VogState.WITHDRAWN: gettext_lazy("I stop with this"),
}
WITH_TERM = frozenset({VogState.INTENT_TO_REFUSE, VogState.REFUSED})


@allow(Role.EXPERT)
@require_http_methods(["GET", "POST"])
def my_vog(request: HttpRequest) -> HttpResponse:
    """How it stands, what comes, and what one may tell."""
    expert, user, now = own_expert(request), person_of(request), clock.now()
    page = queries.vog_page(expert, now=now)
    what = request.POST.get("what", "")
    if request.method == "POST" and what not in {"tell", "answer", "attempt"}:
        raise Http404
    must, may = _steps_from(page.progress)
    steps = [*must, *may]
    tell = TellForm(
        request.POST if what == "tell" else None,
        steps=steps,
        has_term=any(code in WITH_TERM for code, _words in steps),
        initial={"on": page.today},
        auto_id="tell_%s",
    )
    answer = StepForm(
        request.POST if what == "answer" else None,
        initial={"on": page.today},
        auto_id="answer_%s",
    )
    attempt = AttemptForm(
        request.POST if what == "attempt" else None,
        initial={"from_on": page.attempt.from_on if page.attempt else None},
        auto_id="attempt_%s",
    )
    acts: dict[str, tuple[Form, Callable[..., None]]] = {
        "tell": (tell, actions.tell_vog),
        "answer": (answer, actions.tell_decision),
        "attempt": (attempt, actions.plan_attempt),
    }
    if what:
        form, act = acts[what]
        if form.is_valid() and done(
            form, lambda: act(expert_id=expert.pk, by=user, now=now, **form.cleaned_data)
        ):
            messages.success(request, _("Written down. Thank you."))
            return redirect("pool:my-vog")
    log_reading(request, "papers", expert, now=now, fields_class=4)
    state = page.progress.state if page.progress else ""
    shown = {
        "expert": expert,
        "page": page,
        "tell": tell if steps else None,
        "answer": answer if state == VogState.OBJECTION else None,
        "attempt": attempt,
        "now": now,
    }
    return render(request, "pool/my_vog.html", shown, status=422 if what else 200)


def _steps_from(
    progress: Progress | None,
) -> tuple[Sequence[tuple[str, str | Promise]], Sequence[tuple[str, str | Promise]]]:
    """What can be told from here: the plain steps, and those that nobody has to tell."""
    if progress is None:
        return [], []
    following = VOG_APPLICATION.moves[progress.state]
    found = [(code, words) for code, words in STEPS.items() if code in following]
    return (
        [one for one in found if one[0] not in VOLUNTARY],
        [one for one in found if one[0] in VOLUNTARY],
    )
