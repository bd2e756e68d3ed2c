"""From a draft to what is filed, and to the lines in which one looks it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from core.ui import moments
from matching import clock
from matching.actions import Filing, GateAnswer, MeasureFiling
from matching.forms.acts import safety_answers
from matching.forms.filing import ParticipantForm, ReachForm, SafetyForm
from matching.forms.measure import MeasureForm
from matching.forms.steps import Terms
from matching.models import PolicyVersion
from matching.pages import words
from matching.states import (
    AgeBand,
    GateCode,
    MeasureKind,
    ProtectedRole,
    Relation,
    RiskAnswer,
    Urgency,
)
from matching.wizard import Draft
from pool.vocabulary import Activity


@dataclass(frozen=True)
class Line:
    """One thing to look over: what it is, what was filled in, and the step that changes it."""

    label: str
    values: list[str]
    step: int


@dataclass(frozen=True)
class Review:
    """The page on which one looks everything over."""

    lines: list[Line]
    notes: list[str]


@dataclass(frozen=True)
class _Answers:
    """The four steps, all of them right."""

    measure: MeasureForm
    participant: ParticipantForm
    reach: ReachForm
    safety: SafetyForm


def terms_here() -> Terms:
    """How long a measure lasts, as the region agreed last."""
    policy = PolicyVersion.objects.order_by("-number").first()
    return Terms(policy.default_days, policy.max_days) if policy else Terms()


def filing_of(draft: Draft, *, now: datetime, terms: Terms) -> Filing:
    """What is filed. All four steps are right: ask `draft.first_open` before."""
    steps = _answers(draft, now=now, terms=terms)
    measure, participant = steps.measure.cleaned_data, steps.participant.cleaned_data
    reach, safety = steps.reach.cleaned_data, steps.safety.cleaned_data
    return Filing(
        activity=measure["activity"],
        urgency=measure["urgency"],
        area_code=reach["area"].code,
        age_band=participant["age_band"],
        relation=participant["relation"],
        language=participant["language"],
        needs=tuple(participant["needs"]),
        day_parts=tuple(reach["day_parts"]),
        earliest_contact_at=steps.participant.earliest_contact_at(),
        case_reference=safety["reference"] or None,
        measure=_measure(steps.measure),
        case_manager_name=reach["case_manager_name"],
        case_manager_phone=reach["case_manager_phone"],
        deputy_name=reach["deputy_name"],
        deputy_phone=reach["deputy_phone"],
        out_of_hours_phone=reach["out_of_hours_phone"],
        gate=gate_answers(safety_answers(safety)),
        form_key=draft.form_key,
    )


def gate_answers(told: Mapping[GateCode, Any]) -> dict[str, GateAnswer]:
    """What was answered in the form, as the safety check takes it."""
    return {
        code: GateAnswer(
            stated_on=answer if code == GateCode.G1 else None,
            risk=answer if code == GateCode.G4 else "",
        )
        for code, answer in told.items()
    }


def _measure(form: MeasureForm) -> MeasureFiling | None:
    cleaned = form.cleaned_data
    if not form.has_measure:
        return None
    return MeasureFiling(
        kind=cleaned["kind"],
        imposed_wall=cleaned["imposed"],
        imposed_fold=form.imposed_fold(),
        end_stated_wall=cleaned["end_stated"],
        decision_seen=cleaned["decision_seen"] == "YES",
        protected_roles=tuple(cleaned["protected_roles"]),
    )


def _answers(draft: Draft, *, now: datetime, terms: Terms) -> _Answers:
    forms = [draft.form(step, now=now, terms=terms) for step in (1, 2, 3, 4)]
    for form in forms:
        if not form.is_valid():
            raise ValueError("a draft is filed when its four steps are right")
    measure, participant, reach, safety = forms
    assert isinstance(measure, MeasureForm)  # noqa: S101  narrowed for the type checker
    assert isinstance(participant, ParticipantForm)  # noqa: S101
    assert isinstance(reach, ReachForm)  # noqa: S101
    assert isinstance(safety, SafetyForm)  # noqa: S101
    return _Answers(measure, participant, reach, safety)


# --- Looking it over --------------------------------------------------------------------------


def review_of(draft: Draft, *, now: datetime, terms: Terms) -> Review:
    """Everything that was filled in, in the words of the page."""
    steps = _answers(draft, now=now, terms=terms)
    lines = [
        Line(gettext("What is needed"), [_needed(steps)], 1),
        Line(gettext("Participant"), [_participant(steps)], 2),
        Line(gettext("What helps"), [words.needs(steps.participant.cleaned_data["needs"])], 2),
        Line(gettext("First contact"), [_contact(steps, now=now)], 2),
        Line(gettext("Area to meet in"), [_area(steps)], 3),
        Line(gettext("Measure"), list(_measure_lines(steps.measure, terms)), 1),
        Line(gettext("Case manager"), list(_people(steps)), 3),
        Line(gettext("Safety"), list(_safety(steps)), 4),
        Line(gettext("Your own case number"), [steps.safety.cleaned_data["reference"]], 4),
    ]
    filled = [line for line in lines if any(line.values)]
    return Review(filled, list(_notes(steps.measure, terms)))


def _needed(steps: _Answers) -> str:
    cleaned = steps.measure.cleaned_data
    urgent = cleaned["urgency"] == Urgency.URGENT
    work = str(Activity(cleaned["activity"]).label)
    work = work[:1].upper() + work[1:]
    if urgent:
        return gettext("%(work)s, urgent") % {"work": work}
    return gettext("%(work)s, not urgent") % {"work": work}


def _participant(steps: _Answers) -> str:
    cleaned = steps.participant.cleaned_data
    return words.listed(
        [
            words.age(AgeBand(cleaned["age_band"])),
            Relation(cleaned["relation"]).label,
            words.language(cleaned["language"]),
        ]
    )


def _contact(steps: _Answers, *, now: datetime) -> str:
    at = steps.participant.earliest_contact_at()
    if at <= now:
        return gettext("can be now")
    return gettext("from %(moment)s") % {"moment": moments.long_moment(at)}


def _area(steps: _Answers) -> str:
    cleaned = steps.reach.cleaned_data
    return f"{cleaned['area']}, {words.day_parts(cleaned['day_parts'])}"


def _measure_lines(form: MeasureForm, terms: Terms) -> Iterable[str]:
    cleaned = form.cleaned_data
    if not form.has_measure or form.moment is None:
        yield gettext("no measure")
        return
    kind = str(MeasureKind(cleaned["kind"]).label)
    yield kind[:1].upper() + kind[1:]
    began = moments.long_moment(form.moment.instant)
    yield gettext("imposed %(moment)s") % {"moment": began}
    if cleaned["end_stated"]:
        end = clock.local_instant(cleaned["end_stated"], None).instant
        yield gettext("end %(moment)s, as decided") % {"moment": moments.long_moment(end)}
    elif cleaned["kind"] == MeasureKind.THV:
        end = _computed(form, terms).default.instant
        yield gettext("end %(moment)s (calculated)") % {"moment": moments.long_moment(end)}
    roles = [ProtectedRole(code).label for code in cleaned["protected_roles"]]
    if roles:
        yield gettext("no contact with: %(roles)s") % {"roles": words.listed(roles)}


def _computed(form: MeasureForm, terms: Terms) -> clock.Ends:
    return clock.ends(
        form.cleaned_data["imposed"],
        form.imposed_fold(),
        default_days=terms.default_days,
        max_days=terms.max_days,
    )


def _people(steps: _Answers) -> Iterable[str]:
    cleaned = steps.reach.cleaned_data
    yield f"{cleaned['case_manager_name']}, {cleaned['case_manager_phone']}"
    deputy = f"{cleaned['deputy_name']}, {cleaned['deputy_phone']}"
    yield gettext("deputy: %(who)s") % {"who": deputy}
    yield gettext("at night: %(phone)s") % {"phone": cleaned["out_of_hours_phone"]}


def _safety(steps: _Answers) -> Iterable[str]:
    cleaned = steps.safety.cleaned_data
    plan = cleaned["plan_on"]
    if plan:
        yield gettext("safety plan of %(day)s") % {"day": moments.long_day(plan)}
    if cleaned["risk"] != "OPEN":
        yield gettext("risk: %(answer)s") % {"answer": RiskAnswer(cleaned["risk"]).label}
    if cleaned["consent"] == "YES":
        yield gettext("the participant wants this")
    still_open = 5 - len(safety_answers(cleaned))
    if still_open:
        yield gettext("%(n)d of 5 points you can answer later") % {"n": still_open}


def _notes(form: MeasureForm, terms: Terms) -> Iterable[str]:
    """What the clock change does to these moments, said before it surprises anybody."""
    if not form.has_measure or form.moment is None:
        return
    imposed = form.cleaned_data["imposed"]
    if form.moment.was_shifted:
        yield gettext(
            "%(clock)s did not exist that night: the clock went forward. We count with %(moment)s."
        ) % {"clock": f"{imposed:%H:%M}", "moment": moments.long_moment(form.moment.instant)}
    if form.cleaned_data["kind"] != MeasureKind.THV or form.cleaned_data["end_stated"]:
        return
    end = _computed(form, terms).default
    if end.was_shifted:
        yield gettext(
            "On the day of the end the clock goes forward. That is why the end is %(moment)s."
        ) % {"moment": moments.long_moment(end.instant)}
    if end.is_ambiguous:
        yield gettext(
            "On the day of the end this hour comes twice. Until the decision says which one, we "
            "count with the later one: %(moment)s."
        ) % {"moment": moments.long_moment(end.instant)}
