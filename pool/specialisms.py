"""What an expert knows from life (domain.md 6.1 to 6.3): stable codes, labels and definitions.

The codes are never used again for something else. A region switches off what it does not use; it
adds none. The life experience of 6.4 stands in `pool.vocabulary`, with its definitions here.
"""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pool.vocabulary import Experience


class SpecialismKind(models.TextChoices):
    """The lists of the vocabulary."""

    FORM = "FORM", _("what you can talk about")
    PHASE = "PHASE", _("when in the process")
    APPROACH = "APPROACH", _("how you deal with people")
    EXPERIENCE = "EXPERIENCE", _("own life")


class Form(models.TextChoices):
    """Situations at home an expert can talk about from experience (domain.md 6.1)."""

    CHILD_ABUSE = "CHILD_ABUSE", _("child abuse")
    WITNESS_CHILD = "WITNESS_CHILD", _("child as witness of violence at home")
    PARENT_ABUSE = "PARENT_ABUSE", _("violence of children against parents")
    PARTNER = "PARTNER", _("violence between (former) partners")
    ELDER = "ELDER", _("elder abuse")
    OTHER_DV = "OTHER_DV", _("other violence at home")
    OVERLAP = "OVERLAP", _("partner violence and child abuse together")
    COERCIVE = "COERCIVE", _("coercive control")
    SITUATIONAL = "SITUATIONAL", _("situational violence")
    STALKING = "STALKING", _("stalking of a (former) partner")
    HONOUR = "HONOUR", _("honour-based violence")
    HARMFUL_PRACTICE = "HARMFUL_PRACTICE", _("harmful traditional practices")
    COMPLEX_DIVORCE = "COMPLEX_DIVORCE", _("high-conflict separation")
    PSYCH = "PSYCH", _("psychological violence")
    PHYS = "PHYS", _("physical violence")
    FIN = "FIN", _("financial violence")
    SV_HANDS_ON_ADULT = "SV_HANDS_ON_ADULT", _("sexual violence with contact, adults")
    SV_HANDS_ON_CHILD = "SV_HANDS_ON_CHILD", _("sexual violence with contact, children")
    SV_HANDS_OFF_ADULT = "SV_HANDS_OFF_ADULT", _("sexual violence without contact, adults")
    SV_HANDS_OFF_CHILD = "SV_HANDS_OFF_CHILD", _("sexual violence without contact, children")
    SV_GROUP = "SV_GROUP", _("sexual violence by a group")
    SV_EXPLOIT = "SV_EXPLOIT", _("sexual exploitation and trafficking")
    SV_OTHER = "SV_OTHER", _("other sexual violence")


class Phase(models.TextChoices):
    """Where in the process an expert is at home (domain.md 6.2)."""

    PREVENTION = "PREVENTION", _("prevention")
    SIGNALLING = "SIGNALLING", _("signalling")
    SAFETY = "SAFETY", _("direct safety")
    RISK_CARE = "RISK_CARE", _("risk-driven care")
    RECOVERY = "RECOVERY", _("recovery-oriented care")
    AFTERCARE = "AFTERCARE", _("aftercare")


class Approach(models.TextChoices):
    """How an expert deals with people (domain.md 6.3)."""

    TRAUMA = "TRAUMA", _("trauma-informed")
    GENDER = "GENDER", _("gender-sensitive")
    LGBTIQA = "LGBTIQA", _("LGBTIQA+-sensitive")
    CULTURE = "CULTURE", _("culture-sensitive")
    LVB = "LVB", _("at home with a mild intellectual disability")
    ATTITUDE = "ATTITUDE", _("warm and clear")
    LOW_THRESHOLD = "LOW_THRESHOLD", _("quick, easy to reach")
    AS_LONG_AS = "AS_LONG_AS", _("as long as needed")


VOCABULARY: dict[str, type[models.TextChoices]] = {
    SpecialismKind.FORM: Form,
    SpecialismKind.PHASE: Phase,
    SpecialismKind.APPROACH: Approach,
    SpecialismKind.EXPERIENCE: Experience,
}
KIND_OF: dict[str, str] = {
    code: str(kind) for kind, words in VOCABULARY.items() for code in words.values
}
LABELS: dict[str, str | Promise] = {
    str(code): label for words in VOCABULARY.values() for code, label in words.choices
}
# The most stigmatising of a stigmatising list (domain.md 6.1): sealed, and read only by who was
# given that right by two people. What counts as, or includes, child abuse is one with it.
GUARDED = frozenset(
    {
        Form.CHILD_ABUSE,
        Form.WITNESS_CHILD,
        Form.OVERLAP,
        Form.HARMFUL_PRACTICE,
        Form.SV_HANDS_ON_ADULT,
        Form.SV_HANDS_ON_CHILD,
        Form.SV_HANDS_OFF_ADULT,
        Form.SV_HANDS_OFF_CHILD,
        Form.SV_GROUP,
        Form.SV_EXPLOIT,
        Form.SV_OTHER,
    }
)

DEFINITIONS: dict[str, str | Promise] = {
    Form.CHILD_ABUSE: _(
        "Any threatening or violent act or neglect towards a minor, by somebody the child"
        " depends on."
    ),
    Form.WITNESS_CHILD: _(
        "A child lives with violence between adults. This counts as child abuse."
    ),
    Form.PARENT_ABUSE: _("A child, also a grown one, is violent to a parent."),
    Form.PARTNER: _("Violence between partners or former partners."),
    Form.ELDER: _("An act or neglect that harms an older person, by somebody they depend on."),
    Form.OTHER_DV: _("Between brothers and sisters, in-laws or housemates."),
    Form.OVERLAP: _("Both in one household."),
    Form.COERCIVE: _("A lasting pattern of control and fear."),
    Form.SITUATIONAL: _("Out of a conflict, often from both sides, without a pattern of control."),
    Form.STALKING: _("Following or contacting somebody again and again who does not want it."),
    Form.HONOUR: _("To protect or restore the honour of the family."),
    Form.HARMFUL_PRACTICE: _("Such as forced marriage, being left behind abroad, or cutting."),
    Form.COMPLEX_DIVORCE: _("Children get stuck between parents who fight."),
    Form.PSYCH: _("Belittling, threatening, controlling."),
    Form.PHYS: _("Hitting, kicking, pushing, holding."),
    Form.FIN: _("Taking money away, or deciding over it for somebody else."),
    Form.SV_HANDS_ON_ADULT: _("With physical contact."),
    Form.SV_HANDS_ON_CHILD: _("With physical contact."),
    Form.SV_HANDS_OFF_ADULT: _("Online, or by exposing oneself."),
    Form.SV_HANDS_OFF_CHILD: _("Online or by exposing oneself; images count, too."),
    Form.SV_GROUP: _("By more than one person together."),
    Form.SV_EXPLOIT: _("Making money with somebody else's body."),
    Form.SV_OTHER: _("What is not in this list."),
    Phase.PREVENTION: _("Before anything happens."),
    Phase.SIGNALLING: _("Recognising it and talking about it."),
    Phase.SAFETY: _("Stopping the danger now, with a safety plan."),
    Phase.RISK_CARE: _("Working on what leads to it."),
    Phase.RECOVERY: _("Trauma, relation and daily life."),
    Phase.AFTERCARE: _("Keeping in touch, and not falling back."),
    Approach.TRAUMA: _("Sees how somebody acts beside what that person went through."),
    Approach.GENDER: _("Knows what is expected of men and women, and what that does."),
    Approach.LGBTIQA: _("Safe for everybody, whomever you love and whoever you are."),
    Approach.CULTURE: _("Knows about family, honour and coming from elsewhere."),
    Approach.LVB: _("Short sentences, pictures, saying it again."),
    Approach.ATTITUDE: _("Does not judge the person, is clear about the act."),
    Approach.LOW_THRESHOLD: _("Can be there soon, without forms."),
    Approach.AS_LONG_AS: _("No fixed end."),
    Experience.PARENT: _("Has children."),
    Experience.STEP: _("Lives or lived with children of a partner."),
    Experience.SEPARATED: _("Went through the end of a relation."),
    Experience.CONTACT_ARRANGEMENT: _("Knows what it is to see one's children by agreement."),
    Experience.ADDICTION: _("Knows addiction from within, and is recovering."),
    Experience.DEBT: _("Had or has debts."),
    Experience.HOMELESS: _("Had no place to live."),
    Experience.DETENTION: _("Was detained."),
    Experience.THV_SELF: _("Had to leave the own home for some time."),
    Experience.TREATMENT: _("Followed a treatment for own behaviour."),
    Experience.VICTIM_TOO: _("Was also hurt by somebody."),
    Experience.MILITARY: _("Served in the army."),
    Experience.YOUTH_CARE: _("Knows youth care as a child or as a parent."),
    Experience.WORK: pgettext_lazy("experience", "Works, or runs an own business."),
}
