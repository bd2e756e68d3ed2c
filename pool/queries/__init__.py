"""What others may ask of the pool."""

from pool.queries.candidates import (
    candidates,
    deployability,
    papers_of,
    requirement,
    requirements,
    weeks_of,
    work_matrix,
)
from pool.queries.duty import coordinator_phone, is_office_time, on_call
from pool.queries.people import Contact, contact, expert_of
from pool.rules import Candidate, Deployability

__all__ = [
    "Candidate",
    "Contact",
    "Deployability",
    "candidates",
    "contact",
    "coordinator_phone",
    "deployability",
    "expert_of",
    "is_office_time",
    "on_call",
    "papers_of",
    "requirement",
    "requirements",
    "weeks_of",
    "work_matrix",
]
