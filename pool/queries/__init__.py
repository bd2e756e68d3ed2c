"""What others may ask of the pool."""

from pool.queries.board import Board, Person, Standing, board, matching_people
from pool.queries.candidates import candidates
from pool.queries.duty import call_order, coordinator_phone, is_office_time, on_call, shifts
from pool.queries.hours import weeks_of
from pool.queries.matrix import Cell, Effect, Row, effects, matrix, matrix_cell
from pool.queries.people import (
    Contact,
    Look,
    Page,
    Start,
    contact,
    expert_of,
    expert_page,
    looks_at,
    start_of,
    waits_for_second,
    works_of,
)
from pool.queries.work import (
    deployability,
    papers_of,
    requirement,
    requirements,
    rule_of,
    work_matrix,
)
from pool.rules import Candidate, Deployability

__all__ = [
    "Board",
    "Candidate",
    "Cell",
    "Contact",
    "Deployability",
    "Effect",
    "Look",
    "Page",
    "Person",
    "Row",
    "Standing",
    "Start",
    "board",
    "call_order",
    "candidates",
    "contact",
    "coordinator_phone",
    "deployability",
    "effects",
    "expert_of",
    "expert_page",
    "is_office_time",
    "looks_at",
    "matching_people",
    "matrix",
    "matrix_cell",
    "on_call",
    "papers_of",
    "requirement",
    "requirements",
    "rule_of",
    "shifts",
    "start_of",
    "waits_for_second",
    "weeks_of",
    "work_matrix",
    "works_of",
]
