"""The floor of the framework: as little of Django as a page of fifty rows or a 304 can have.

Three queries, a filter on dates, languages and CSRF; nobody signs in and nothing is guarded.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import psycopg
from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import path
from django.utils.cache import get_conditional_response
from psycopg import sql

from bench.floor_settings import MIDDLEWARE
from bench.reach import url_of

SHOWN = 50
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
TABLE = """
CREATE SCHEMA floor;
CREATE TABLE floor.row (id int PRIMARY KEY, number text, state text, work text, filed timestamptz);
INSERT INTO floor.row SELECT n, '26-' || n, 'wacht', 'maatje, dertiger, partner',
  timestamptz '2026-01-01 UTC' + n * interval '1 minute' FROM generate_series(1, 10000) n;
CREATE INDEX ON floor.row (filed);
"""
PAGE = Engine(builtins=["django.templatetags.i18n"]).from_string(
    """<!doctype html><html lang="nl"><title>{% translate "Requests" %}</title>
<form><input name="from" value="{{ since|date:"Y-m-d" }}"></form>
<p>{{ n }} {% translate "Requests" %}, {{ newest|date:"j F H:i" }}</p>
<ul>{% for row in rows %}<li><h2><a href="/{{ row.id }}/">{{ row.number }}</a></h2>
<span>{{ row.state }}</span><p>{{ row.work }} · {{ row.filed|date:"j F H:i" }}</p></li>{% endfor %}
</ul>
</html>"""
)


class Row(models.Model):
    """One line of the page."""

    id = models.IntegerField(primary_key=True)
    number = models.TextField()
    state = models.TextField()
    work = models.TextField()
    filed = models.DateTimeField()

    objects: ClassVar[models.Manager[Row]] = models.Manager()

    class Meta:
        app_label = "floor"
        managed = False
        db_table = '"floor"."row"'

    def __str__(self) -> str:
        return self.number


@contextmanager
def rows() -> Iterator[None]:
    """Ten thousand rows, while the block lasts."""
    reader = sql.Identifier(str(connection.settings_dict["USER"]))
    with psycopg.connect(url_of("owner"), autocommit=True) as owner:
        owner.execute(TABLE)
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA floor TO {}").format(reader))
        owner.execute(sql.SQL("GRANT SELECT ON floor.row TO {}").format(reader))
        try:
            yield
        finally:
            connection.close()
            owner.execute("DROP SCHEMA floor CASCADE")


@contextmanager
def client() -> Iterator[Client]:
    """Django's own client, on the floor."""
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE):
        yield Client(headers={"host": "localhost"})


def page(request: HttpRequest) -> HttpResponse:
    """Fifty rows since a date, how many there are, and the newest."""
    since = FIRST + timedelta(days=int(request.GET.get("days", 1)))
    rows = Row.objects.filter(filed__gte=since).order_by("filed")
    shown = {"rows": rows[:SHOWN], "n": rows.count(), "since": since}
    return HttpResponse(PAGE.render(Context({**shown, "newest": rows.latest("filed").filed})))


def same(request: HttpRequest) -> HttpResponse:
    """One query, and nothing new: 304 for whoever has it."""
    etag = f'"{Row.objects.get(pk=1).number}"'
    response = HttpResponse("body", headers={"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response


urlpatterns = [path("page/", page), path("same/", same)]
