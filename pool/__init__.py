"""The pool: experts by experience, what they may do, when they can, what they are booked for."""
