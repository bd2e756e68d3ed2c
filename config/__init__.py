"""Composition root: settings, URLs, Celery. Imports everything, is imported by nothing."""

from config.celery import app as celery

__all__ = ["celery"]
