"""The parts of a page: what they show, and what they refuse."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from core.templatetags import naast
from core.ui import context, moments, nav, views
from core.ui import forms as ui_forms
from core.ui.clockline import ZONE

NOW = datetime(2026, 9, 5, 10, 12, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def render(source: str, **values: object) -> str:
    return " ".join(Template(source).render(Context(values)).split())


@pytest.mark.parametrize(
    "source",
    [
        '{% icon "mispelt" %}',
        '{% icon "bel" "huge" %}',
        '{% badge "red" "Now" %}',
        '{% alert "red" "Title" %}{% endalert %}',
        '{% card meaning="red" %}{% endcard %}',
        '{% card tilte="Title" %}{% endcard %}',
        '{% button "Go" kind="loud" %}',
        '{% choice "a" "b" "c" type="text" %}',
        "{% when now style='roman' %}",
        "{{ now|time_left }}",
    ],
)
def test_part_refuses_what_is_misspelt(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render(source, now=NOW)


def test_badge_has_sign_word_and_colour() -> None:
    assert render('{% badge "nu" words %}', words="Call <now>") == (
        '<span class="utrecht-badge-status naast-nu"><svg class="naast-icon" aria-hidden="true">'
        '<use href="#i-nu"/></svg>Call &lt;now&gt;</span>'
    )


def test_count_of_nothing_shows_nothing() -> None:
    assert render('{% count 0 "things" %}') == ""
    assert ">3<" in render('{% count 3 "things" %}')


def test_button_is_a_link_only_with_an_address() -> None:
    assert render('{% button "Go" href="/x" kind="primary" %}').startswith("<a class=")
    assert render('{% button "Go" name="act" value="go" %}').startswith("<button class=")


def test_task_says_the_time_first() -> None:
    shown = render(
        '{% task meaning="nu" title="Call" deadline=at now=now first=True %}acts{% endtask %}',
        at=NOW + timedelta(minutes=38),
        now=NOW,
    )

    assert "<strong>38 min</strong><span>before 10:50</span>" in shown
    assert "naast-task--first" in shown


def test_left_draws_the_share_that_is_left() -> None:
    shown = render(
        "{% left since=since until=until now=now %}",
        since=NOW - timedelta(minutes=62),
        until=NOW + timedelta(minutes=53),
        now=NOW,
    )

    assert 'width="46%"' in shown
    assert "53 minutes left" in shown
    assert "answer before 11:05" in shown


def test_left_is_empty_after_its_time() -> None:
    shown = render("{% left since=a until=a now=b %}", a=NOW, b=NOW + timedelta(hours=1))

    assert 'width="0%"' in shown
    assert "0 minutes left" in shown


def test_pair_gives_both_answers_the_same_look() -> None:
    shown = render('{% pair "/answer" %}')

    assert shown.count('<button class="utrecht-button" type="submit" name="answer"') == 2


def test_posts_fill_as_many_as_are_done() -> None:
    shown = render("{% gate_posts 6 13 %}")

    assert shown.count('class="is-done"') == 6
    assert 'aria-label="6 of 13 points confirmed"' in shown


def test_steps_mark_the_one_we_are_at() -> None:
    shown = render("{% steps 2 4 %}")

    assert '<li class="is-done"></li><li class="is-now"></li><li class=""></li>' in shown


def test_timeline_refuses_a_state_it_does_not_know() -> None:
    with pytest.raises(TemplateSyntaxError):
        render("{% timeline steps %}", steps=[{"title": "x", "state": "soon"}])


def test_errors_lead_to_their_fields() -> None:
    form = views.SampleForm({"place": "3311", "end_0": "", "end_1": "", "language": "nl"})

    shown = render("{% errors form %}", form=form)

    assert "3 things need a look" in shown
    for first in ("id_end_0", "id_when_0", "id_agreed"):
        assert f'href="#{first}"' in shown


def test_errors_of_a_good_form_show_nothing() -> None:
    assert render("{% errors form %}", form=forms.Form({})) == ""


@pytest.mark.parametrize("name", list(views.SampleForm.base_fields))
def test_field_names_every_input(name: str) -> None:
    form = views.SampleForm({})

    shown = render("{% field bound %}", bound=form[name])

    assert "<label" in shown
    if form[name].errors:
        assert f'id="id_{name}_error"' in shown
        assert 'aria-invalid="true"' in shown


class Choosing(forms.Form):
    plain = forms.ChoiceField(
        label="P",
        choices=[("", "-"), ("a<", "A & b"), ("G", [("c", "C"), ('d"', "D")])],
        required=False,
        help_text="h",
    )
    asked = forms.ChoiceField(
        label="Q",
        choices=[("1", "one"), (2, "two")],
        widget=forms.Select(attrs={"class": "own", "autofocus": True, "data-x": 'y"'}),
    )
    refused = forms.ChoiceField(label="R", choices=[("1", "one")], disabled=True, required=False)


@pytest.mark.parametrize(
    "data",
    [None, {}, {"plain": 'd"', "asked": "2"}, {"plain": "a<", "asked": "x", "refused": "1"}],
    ids=["empty", "sent empty", "chosen", "wrong"],
)
@pytest.mark.parametrize("name", ["plain", "asked", "refused"])
def test_a_list_to_choose_from_is_what_its_widget_would_write(
    name: str, data: dict[str, str] | None
) -> None:
    bound = Choosing(data)[name]
    ours = ui_forms.control(bound)
    dress = " ".join(re.findall(r'class="([^"]*)"', ours.partition(">")[0]))

    assert elements(ours) == elements(bound.as_widget(attrs={"class": dress}))
    assert "utrecht-select" in dress


def elements(html: str) -> list[tuple[str, object]]:
    """Tags with their attributes, in order, and the texts between them."""
    found: list[tuple[str, object]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, sorted((name, value or "") for name, value in attrs)))

        def handle_endtag(self, tag: str) -> None:
            found.append(("/", tag))

        def handle_data(self, data: str) -> None:
            found.extend([("text", data.strip())] if data.strip() else [])

    Reader().feed(html)
    return found


def test_hidden_field_has_nothing_around_it() -> None:
    class Hidden(forms.Form):
        token = forms.CharField(widget=forms.HiddenInput)

    assert render("{% field form.token %}", form=Hidden()).startswith('<input type="hidden"')


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=38), "38 min"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=3, minutes=48), "over 3 hours"),
        (timedelta(hours=10, minutes=3), "10 hours"),
        (timedelta(hours=47, minutes=59), "over 47 hours"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_term_is_said_as_people_say_it(term: timedelta, expected: str) -> None:
    assert moments.length(term) == expected


def test_moment_follows_the_wall_and_the_language() -> None:
    utc = datetime(2026, 9, 5, 10, 0, tzinfo=UTC)

    assert moments.moment(utc) == "Sat 5 Sep 12:00"
    with translation.override("nl"):
        assert moments.moment(utc) == "za 5 sep 12:00"
        assert moments.long_moment(utc) == "zaterdag 5 september 12:00"
        assert moments.day(date(2026, 3, 1)) == "zo 1 mrt"


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sun 25 Oct 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sun 25 Oct 02:30"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sun 29 Mar 03:00"),
    ],
)
def test_moment_is_right_when_the_clock_changes(instant: datetime, expected: str) -> None:
    assert moments.moment(instant) == expected


def test_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        moments.wall(datetime(2026, 9, 5, 12, 0))  # noqa: DTZ001  that is the fault


def test_time_left_is_real_time_when_the_clock_changes() -> None:
    evening = datetime(2026, 10, 24, 23, 0, tzinfo=ZONE)

    assert moments.left(datetime(2026, 10, 25, 5, 0, tzinfo=ZONE), now=evening) == "7 hours"


def test_late_is_said() -> None:
    assert moments.left(NOW - timedelta(minutes=35), now=NOW) == "35 min late"
    assert moments.before(NOW + timedelta(days=1), now=NOW) == "before Sun 6 Sep 10:12"


def test_phone_shows_its_last_two_figures() -> None:
    assert naast.mask_phone("088 000 12 34") == "•• •• •• •• 34"
    assert naast.mask_phone("") == ""
    assert naast.phone_href("+31 88 000 12 34") == "tel:+31880001234"


def test_filters_show_nothing_for_no_moment() -> None:
    assert [f(None) for f in (naast.moment, naast.long_moment, naast.day, naast.clock)] == [""] * 4


def test_clock_line_is_told_in_words() -> None:
    shown = render("{% clock_row line id='k' %}", line=views._large())

    assert '<title id="k-t">Clock of 26-0409</title>' in shown
    assert "Day 7. End: Monday 7 September 20:15. Latest end: Friday 25 September 20:15." in shown
    assert "2 sessions held. 1 session to confirm." in shown
    assert "The question of Friday 4 September has no answer yet." in shown


def test_percentages_have_a_point_in_dutch() -> None:
    with translation.override("nl"):
        shown = render("{% clock_large line id='k' %}", line=views._large())

    assert 'x="42.32%"' in shown
    assert '="42,32%"' not in shown


@pytest.fixture
def empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nav, "_entries", [])


def asked(path: str) -> HttpRequest:
    return RequestFactory().get(path)


@pytest.mark.usefixtures("empty_menu")
def test_menu_shows_the_places_of_a_role_in_order() -> None:
    nav.register("desk", "Second", "readyz", "agenda", 2, count=lambda _request: 3)
    nav.register("desk", "First", "healthz", "wacht", 1)
    nav.register("other", "Third", "healthz", "pool", 3)

    items = nav.items(["desk"], asked("/readyz"))

    assert [(one.label, one.current, one.count) for one in items] == [
        ("First", False, 0),
        ("Second", True, 3),
    ]


@pytest.mark.usefixtures("empty_menu")
def test_menu_shows_a_place_once_for_two_roles() -> None:
    nav.register("desk", "Place", "healthz", "wacht", 1)
    nav.register("field", "Place", "healthz", "wacht", 1)

    assert len(nav.items(["desk", "field"], asked("/"))) == 1


@pytest.mark.usefixtures("empty_menu")
def test_menu_refuses_an_unknown_pictogram() -> None:
    with pytest.raises(ValueError, match="pictogram"):
        nav.register("desk", "Place", "healthz", "mispelt", 1)


def test_frame_of_a_visitor_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "_identify", [context._nobody])

    frame = context.frame(asked("/x?y=1"))

    assert (frame["audience"], frame["nav"], frame["region"]) == ("public", [], "")
    assert frame["here"] == "/x?y=1"
