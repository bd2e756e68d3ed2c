"""The stack on one machine: servers, processes and checks behind `./naast`.

Needs the standard library and psycopg only, so that it starts before Django does, and knows the
platform by its edges alone: environment variables, `manage.py`, `/healthz`.
"""
