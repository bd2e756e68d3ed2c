"""Figures and reports: reads what lower layers know, owns no case data."""
