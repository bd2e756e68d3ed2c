"""The parts of the launcher that need no running demo."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from devstack import messages, places, postgres
from devstack.places import Trouble


def test_urls_of_the_four_roles_keep_server_and_password() -> None:
    urls = postgres.urls_of_roles("postgresql://ada:s%40e@db.example:5433/naast?sslmode=require")

    assert urls.app == "postgresql://naast_app:s%40e@db.example:5433/naast?sslmode=require"
    assert urls.owner.startswith("postgresql://naast_owner:s%40e@db.example:5433/")


def test_urls_of_the_four_roles_keep_the_socket() -> None:
    urls = postgres.urls_of_roles("postgresql://postgres@/naast?host=/tmp/p")

    assert urls.worker == "postgresql://naast_worker@/naast?host=/tmp/p"


def test_data_directory_of_another_checkout_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NAAST_DATA", raising=False)
    here = places.data_directory()
    monkeypatch.setattr(places, "ROOT", places.ROOT / "elsewhere")
    there = places.data_directory()
    there.rmdir()

    assert here != there


def test_link_in_place_of_the_data_directory_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    monkeypatch.setenv("NAAST_DATA", str(tmp_path / "link"))

    with pytest.raises(Trouble, match="is not ours"):
        places.data_directory()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")
def test_programs_out_of_reach_are_copied_and_directories_stay_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    program = closed / "package/bin/hello"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o700)
    closed.chmod(0o700)
    before = [path.stat().st_mode for path in program.parents]
    assert not places.within_reach(closed / "package")

    places.copy_within_reach([closed / "package"], tmp_path / "open")

    copy = tmp_path / "open/package/bin/hello"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o755
    assert subprocess.run([copy], capture_output=True, check=True).stdout == b"hello\n"
    assert before == [path.stat().st_mode for path in program.parents]


def test_texts_of_a_template_are_found() -> None:
    source = (
        "{% load i18n %}<p title=\"{% translate 'Agenda' %}\">"
        "{% blocktranslate count n=people %}One (1) person{% plural %}{{ n }} people"
        '{% endblocktranslate %}{{ _("Log out") }}{% translate "May" context "month" %}'
    )

    found = [(words, context) for words, context, _ in messages._of_template(source)]

    assert found == [
        ("Agenda", None),
        (("One (1) person", "%(n)s people"), None),
        ("Log out", None),
        ("May", "month"),
    ]


def test_texts_of_a_module_are_found() -> None:
    source = (
        'title = _("Offer " "taken")\n'
        'label = ngettext_lazy("%d hour", "%d hours", "n")\n'
        'month = pgettext("month", "May")\n'
        "unknown = _(variable)\n"
    )

    found = [(words, context) for words, context, _ in messages._of_module(source)]

    assert found == [
        ("Offer taken", None),
        (("%d hour", "%d hours"), None),
        ("May", "month"),
    ]
