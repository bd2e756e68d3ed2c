"""The pool: experts by experience, what they may do, when they can, and what they are booked for."""
