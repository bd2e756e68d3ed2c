"""What others may ask of the pool."""

from pool.queries.board import Board, Person, Standing, board, matching_people
from pool.queries.candidates import (
    candidates,
    deployability,
    papers_of,
    requirement,
    requirements,
    weeks_of,
    work_matrix,
)
from pool.queries.duty import coordinator_phone, is_office_time, on_call, shifts
from pool.queries.people import (
    Contact,
    Look,
    Page,
    contact,
    expert_of,
    expert_page,
    looks_at,
    waits_for_second,
    works_of,
)
from pool.rules import Candidate, Deployability

__all__ = [
    "Board",
    "Candidate",
    "Contact",
    "Deployability",
    "Look",
    "Page",
    "Person",
    "Standing",
    "board",
    "candidates",
    "contact",
    "coordinator_phone",
    "deployability",
    "expert_of",
    "expert_page",
    "is_office_time",
    "looks_at",
    "matching_people",
    "on_call",
    "papers_of",
    "requirement",
    "requirements",
    "shifts",
    "waits_for_second",
    "weeks_of",
    "work_matrix",
    "works_of",
]
