"""The demo: a button per person instead of a password, and every message as a phone shows it.

Works with DEMO=1 on this machine only; everywhere else these pages do not exist.
"""
