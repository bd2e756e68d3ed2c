"""What people can do to the pool. One function is one transaction."""

from pool.actions.calendar import Booking, Overlap, book, book_all, rebook, release

__all__ = [
    "Booking",
    "Overlap",
    "book",
    "book_all",
    "rebook",
    "release",
]
