"""Every table of the pool, gathered for Django."""

from pool.models.calendar import (
    Absence,
    Block,
    Carried,
    DayChange,
    OnCallShift,
    Rest,
    WeekAvailability,
)
from pool.models.care import Debrief
from pool.models.consent import Consent, Correction, CorrectionField
from pool.models.exchange import ImportDraft, PoolExport
from pool.models.experts import (
    ExcludedArea,
    ExcludedOrganisation,
    Expert,
    ExpertActivity,
    ExpertLanguage,
    LifeExperience,
    Suspension,
)
from pool.models.intake import Intake
from pool.models.lending import LendingAsk, LendingGrant
from pool.models.overview import Direction, SavedView, Turnover
from pool.models.papers import Agreement, Requirement, Training, VogEvidence
from pool.models.places import Area, MeetingPlace, RegionProfile
from pool.models.rules import RegionRule, RuleKind
from pool.models.screening import VogApplication, VogAttempt, VogBridge, VogBridgeWork
from pool.models.specialisms import (
    Avoided,
    AvoidedKind,
    GuardedReader,
    GuardedSpecialism,
    Specialism,
    SwitchedOff,
)
from pool.models.training import SupportContact, SupportOverride, SupportRhythm, Term

__all__ = [
    "Absence",
    "Agreement",
    "Area",
    "Avoided",
    "AvoidedKind",
    "Block",
    "Carried",
    "Consent",
    "Correction",
    "CorrectionField",
    "DayChange",
    "Debrief",
    "Direction",
    "ExcludedArea",
    "ExcludedOrganisation",
    "Expert",
    "ExpertActivity",
    "ExpertLanguage",
    "GuardedReader",
    "GuardedSpecialism",
    "ImportDraft",
    "Intake",
    "LendingAsk",
    "LendingGrant",
    "LifeExperience",
    "MeetingPlace",
    "OnCallShift",
    "PoolExport",
    "RegionProfile",
    "RegionRule",
    "Requirement",
    "Rest",
    "RuleKind",
    "SavedView",
    "Specialism",
    "SupportContact",
    "SupportOverride",
    "SupportRhythm",
    "Suspension",
    "SwitchedOff",
    "Term",
    "Training",
    "Turnover",
    "VogApplication",
    "VogAttempt",
    "VogBridge",
    "VogBridgeWork",
    "VogEvidence",
    "WeekAvailability",
]
