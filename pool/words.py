"""With which words a region begins (domain.md 3.1, 3.3, 3.4). From then on they are its own."""

from __future__ import annotations

from dataclasses import dataclass

from pool.vocabulary import RhythmUnit, Vocabulary

# Rules ask for these by code, so they may get another name but never go.
NEEDED_CODES = frozenset({"CONFIDENTIALITY", "CODE_OF_CONDUCT", "DEBRIEF"})


@dataclass(frozen=True)
class FirstWord:
    """One word as a region gets it."""

    vocabulary: Vocabulary
    code: str
    label_nl: str
    label_en: str


_TRAINING, _AGREEMENT, _SUPPORT = Vocabulary.TRAINING, Vocabulary.AGREEMENT, Vocabulary.SUPPORT

FIRST_WORDS = (
    FirstWord(
        _TRAINING,
        "WEE",
        "Werken met eigen ervaring (WEE/WMEE)",
        "Working with own experience (WEE/WMEE)",
    ),
    FirstWord(
        _TRAINING,
        "HEE",
        "Herstel, empowerment, ervaringsdeskundigheid (HEE)",
        "Recovery, empowerment, expertise (HEE)",
    ),
    FirstWord(_TRAINING, "TOED", "Traject opleiding (TOED)", "TOED training route"),
    FirstWord(_TRAINING, "LEON", "LEON", "LEON"),
    FirstWord(_TRAINING, "HOWIE", "Howie the Harp", "Howie the Harp"),
    FirstWord(_TRAINING, "MARKIEZA", "Markieza", "Markieza"),
    FirstWord(
        _TRAINING,
        "BGE",
        "Mbo-4 met ervaringsdeskundigheid (BGE)",
        "Mbo-4 with expertise by experience (BGE)",
    ),
    FirstWord(
        _TRAINING,
        "AD",
        "Associate degree ervaringsdeskundigheid",
        "Associate degree expertise by experience",
    ),
    FirstWord(
        _TRAINING,
        "HBO",
        "Hbo met ervaringsdeskundigheid",
        "Bachelor with expertise by experience",
    ),
    FirstWord(_TRAINING, "OWN", "Certificaat van eigen huis", "In-company certificate"),
    FirstWord(
        _AGREEMENT, "CONFIDENTIALITY", "Geheimhoudingsverklaring", "Confidentiality agreement"
    ),
    FirstWord(_AGREEMENT, "CODE_OF_CONDUCT", "Gedragscode", "Code of conduct"),
    FirstWord(_AGREEMENT, "VOLUNTEER", "Vrijwilligersovereenkomst", "Volunteer agreement"),
    FirstWord(_AGREEMENT, "EMPLOYMENT", "Arbeidsovereenkomst", "Employment contract"),
    FirstWord(_AGREEMENT, "FREELANCE", "Overeenkomst met zzp'er", "Freelance agreement"),
    FirstWord(_AGREEMENT, "SECONDMENT", "Detachering", "Secondment"),
    FirstWord(_SUPPORT, "INTERVISION", "Intervisie", "Peer reflection"),
    FirstWord(_SUPPORT, "SUPERVISION", "Supervisie", "Supervision"),
    FirstWord(_SUPPORT, "COACHING", "Coaching", "Coaching"),
    FirstWord(_SUPPORT, "DEBRIEF", "Nagesprek", "Talk afterwards"),
    FirstWord(_SUPPORT, "ANNUAL_REVIEW", "Jaargesprek", "Annual review"),
)

# What is usual where a region did not decide (domain.md 3.3): kind, every so many, of what.
USUAL_RHYTHMS = (
    ("INTERVISION", 6, RhythmUnit.WEEKS),
    ("SUPERVISION", 6, RhythmUnit.MONTHS),
    ("ANNUAL_REVIEW", 12, RhythmUnit.MONTHS),
)
