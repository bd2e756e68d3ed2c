"""The field's own words (domain.md 6): stable codes, labels in two languages through gettext."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Activity(models.TextChoices):
    """Kinds of work (domain.md 6.5)."""

    BUDDY_1ON1 = "BUDDY_1ON1", _("buddy")
    AT_TABLE = "AT_TABLE", _("at the table in a talk")
    PEER_GROUP = "PEER_GROUP", _("peer support group")
    WORKSHOP_PRO = "WORKSHOP_PRO", _("workshop for professionals")
    CONSULT = "CONSULT", _("consult")
    CHAT = "CHAT", _("chat shift")
    WALK_IN = "WALK_IN", _("walk-in")
    INFO = "INFO", _("public information")
    POLICY = "POLICY", _("policy advice")
    TRAINING_DEV = "TRAINING_DEV", _("training design")
    VICTIM_TALK = "VICTIM_TALK", _("talk with somebody who stays at home")
    INTAKE_SUPPORT = "INTAKE_SUPPORT", _("support at intake")


class Need(models.TextChoices):
    """What helps the participant; needs only, never a diagnosis or an origin (domain.md 6.3)."""

    SIMPLE_LANGUAGE = "SIMPLE_LANGUAGE", _("simple language")
    INTERPRETER = "INTERPRETER", _("interpreter")
    PARENT = "PARENT", _("also a parent")
    WOMAN = "WOMAN", _("a woman as buddy")
    PHONE_FIRST = "PHONE_FIRST", _("phone first, meet later")


class Experience(models.TextChoices):
    """Life experience that an expert chose to name (domain.md 6.4)."""

    PARENT = "PARENT", _("parent")
    STEP = "STEP", _("step-parent")
    SEPARATED = "SEPARATED", _("separated")
    CONTACT_ARRANGEMENT = "CONTACT_ARRANGEMENT", _("contact arrangement with children")
    ADDICTION = "ADDICTION", _("addiction, in recovery")
    DEBT = "DEBT", _("debts")
    HOMELESS = "HOMELESS", _("homelessness")
    DETENTION = "DETENTION", _("detention")
    THV_SELF = "THV_SELF", _("was under such a measure")
    TREATMENT = "TREATMENT", _("followed treatment")
    VICTIM_TOO = "VICTIM_TOO", _("was also hurt")
    MILITARY = "MILITARY", _("veteran")
    YOUTH_CARE = "YOUTH_CARE", _("youth care")
    WORK = "WORK", _("work or own business")


class Audience(models.TextChoices):
    """To whom one item of experience may be shown; the expert decides per item."""

    COORDINATOR = "COORDINATOR", _("coordinator only")
    REQUESTER = "REQUESTER", _("also the professional")
    CLIENT = "CLIENT", _("also the participant")


class LanguageLevel(models.TextChoices):
    """How well, in steps of the CEFR; a sign language has the same steps as a spoken one."""

    A2 = "A2", _("a little")
    B1 = "B1", _("enough for a talk")
    B2 = "B2", _("well")
    C = "C", _("very well")
    NATIVE = "NATIVE", _("mother tongue")


LEVEL_ORDER = ("A2", "B1", "B2", "C", "NATIVE")


class Vocabulary(models.TextChoices):
    """Lists of words that a region keeps itself; `pool.words` holds what each begins with."""

    TRAINING = "TRAINING", _("Trainings")
    AGREEMENT = "AGREEMENT", _("Agreements")
    SUPPORT = "SUPPORT", _("Kinds of support")


class RhythmUnit(models.TextChoices):
    WEEKS = "WEEKS", _("weeks")
    MONTHS = "MONTHS", _("months")


class IntakeTopic(models.TextChoices):
    """What the first talks go through (domain.md 3.2, 3.3 and 5.3); answers are codes."""

    OWN_PROCESS = "OWN_PROCESS", _("has worked through what was")
    DISTANCE = "DISTANCE", _("is far enough from own troubles now")
    NOTHING_RUNS = "NOTHING_RUNS", _("no measure or case of one's own runs")
    NETWORK = "NETWORK", _("has people to fall back on")
    SIGNALS = "SIGNALS", _("knows own signals, and what to do then")
    ROLE = "ROLE", _("knows what the work is, and what it is not")
    REPORTING = "REPORTING", _("will tell when agreements are broken")
    DISCRETION = "DISCRETION", _("knows what being in the pool may tell others")
    VOG = "VOG", _("knows which work asks for a VOG, and which does not")


class IntakeAnswer(models.TextChoices):
    YES = "YES", _("yes")
    NOT_YET = "NOT_YET", _("not yet")
    OPEN = "OPEN", _("not talked about yet")


class IntakeOutcome(models.TextChoices):
    """How the first talks go on. "Not" is one of them, and no reason is kept."""

    GOES_ON = "GOES_ON", _("we talk again")
    LATER = "LATER", _("later: we call on a day")
    TRAIN = "TRAIN", _("welcome: learns first")
    START = "START", _("welcome: can take part once the papers are there")
    KNOWN = "KNOWN", _("took part before this register was there")
    NOT = "NOT", _("not with us")


class Overridden(models.TextChoices):
    """What a coordinator makes an exception to."""

    SUPPORT = "SUPPORT", _("support that is due")
    REST = "REST", _("rest")


class OverrideReason(models.TextChoices):
    """Why somebody may be asked all the same: a short list, never a story."""

    PLANNED = "PLANNED", _("a day is agreed")
    NO_OFFER = "NO_OFFER", _("the region offered no moment")
    WANTS = "WANTS", _("the person wants it")
    KNOWN = "KNOWN", _("knows this participant")
    NEEDED = "NEEDED", _("nobody else can do this work")
    OTHER = "OTHER", _("other")


# What speaks for an exception to one thing says nothing of the other.
REASONS_FOR = {
    Overridden.SUPPORT: ("PLANNED", "NO_OFFER", "NEEDED", "OTHER"),
    Overridden.REST: ("WANTS", "KNOWN", "NEEDED", "OTHER"),
}


class DebriefOccasion(models.TextChoices):
    """After what a talk is offered; says nothing of what happened."""

    FIRST_CONTACT = "FIRST_CONTACT", _("first contact")
    FIRST_MEETING = "FIRST_MEETING", _("first meeting")
    ALARM = "ALARM", _("no check-out, people called")
    NOBODY_CAME = "NOBODY_CAME", _("nobody came")


class ScreeningKind(models.TextChoices):
    """Aspect 85 is not profile 85 (domain.md 2.3), so the kind is stored with the code."""

    ASPECT = "ASPECT", _("function aspect")
    PROFILE = "PROFILE", _("specific profile")


class RequirementLevel(models.TextChoices):
    """How strictly a VOG is asked for this work at this host (domain.md 2.5)."""

    LEGAL = "LEGAL", _("required by law")
    POLICY = "POLICY", _("required by policy")
    NONE = "NONE", _("not required")


class SuspensionReason(models.TextChoices):
    """A short list and no narrative (domain.md 5.4)."""

    WELLBEING = "WELLBEING", _("wellbeing")
    SCREENING = "SCREENING", _("screening")
    CONDUCT = "CONDUCT", _("conduct")
    OTHER = "OTHER", _("other")


class BridgeReason(models.TextChoices):
    """Why running work may go on for some weeks without a VOG; a short list and no narrative."""

    ASKED_IN_TIME = "ASKED_IN_TIME", _("asked for in time, the answer takes longer")
    ALMOST_DONE = "ALMOST_DONE", _("this contact ends within these weeks")
    NO_OTHER = "NO_OTHER", _("nobody else can take it over now")


class LeavingReason(models.TextChoices):
    """Why somebody left, where that was told: counted without the person, never a story."""

    MOVED = "MOVED", _("moved house")
    OTHER_WORK = "OTHER_WORK", _("other work or study")
    NO_TIME = "NO_TIME", _("no time")
    NO_FIT = "NO_FIT", _("the work did not fit")
    NO_PAPERS = "NO_PAPERS", _("papers could not be completed")
    BY_POOL = "BY_POOL", _("the pool ended it")
    OTHER = "OTHER", pgettext_lazy("reason for leaving", "something else")


class DayPart(models.TextChoices):
    """When the participant can meet."""

    DAYTIME = "DAYTIME", pgettext_lazy("part of the day", "during the day")
    EVENING = "EVENING", pgettext_lazy("part of the day", "evening")
    NIGHT = "NIGHT", pgettext_lazy("part of the day", "night")
    WEEKEND = "WEEKEND", pgettext_lazy("part of the week", "weekend")


# Sign languages are languages: each its own code of ISO 639-3, and levels as any other.
SIGN_LANGUAGES = (
    ("dse", _("Dutch Sign Language")),
    ("vgt", _("Flemish Sign Language")),
    ("ase", _("American Sign Language")),
    ("bfi", _("British Sign Language")),
    ("gsg", _("German Sign Language")),
    ("ils", _("International Sign")),
    ("pso", _("Polish Sign Language")),
    ("sfb", _("Sign language of French-speaking Belgium")),
    ("tsm", _("Turkish Sign Language")),
    ("ukl", _("Ukrainian Sign Language")),
)

# Languages of the form and the pool: ISO 639-1 where there is one, else ISO 639-3.
LANGUAGES = (
    ("nl", _("Dutch")),
    ("en", _("English")),
    ("ar", _("Arabic")),
    ("ber", _("Berber")),
    ("bg", _("Bulgarian")),
    ("de", _("German")),
    ("es", _("Spanish")),
    ("fa", _("Persian")),
    ("fr", _("French")),
    ("pap", _("Papiamento")),
    ("pl", _("Polish")),
    ("pt", _("Portuguese")),
    ("ro", _("Romanian")),
    ("so", _("Somali")),
    ("srn", _("Sranan")),
    ("ti", _("Tigrinya")),
    ("tr", _("Turkish")),
    ("uk", _("Ukrainian")),
    ("ur", _("Urdu")),
    ("zh", _("Chinese")),
    *SIGN_LANGUAGES,
)
