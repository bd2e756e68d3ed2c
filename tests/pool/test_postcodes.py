"""The areas of the country, from the list of postcodes."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from pool.models import Area
from tests.factories.pool import make_area

pytestmark = pytest.mark.django_db

LIST = """pc4,latitude,longitude,place,municipality
1011,52.3710,4.9042,Amsterdam,Amsterdam
3311,51.8123,4.6701,Dordrecht,Dordrecht
"""
OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "pc4.csv"


@pytest.fixture
def postcodes(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def take_over(path: Path, text: str | None = None, *options: str) -> str:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    said = StringIO()
    call_command("import_postcodes", str(path), *options, stdout=said, stderr=StringIO())
    return said.getvalue()


def areas() -> dict[str, tuple[str, Decimal, Decimal]]:
    rows = Area.objects.values_list("code", "name", "latitude", "longitude")
    return {code: (name, latitude, longitude) for code, name, latitude, longitude in rows}


def test_new_areas_come_in_with_a_rounded_point(postcodes: Path) -> None:
    said = take_over(postcodes, LIST)

    assert areas()["3311"] == ("Dordrecht", Decimal("51.812"), Decimal("4.670"))
    assert said.startswith("2 areas read: 2 new, 0 changed, 0 the same; 0 known")


def test_a_second_time_changes_nothing(postcodes: Path) -> None:
    take_over(postcodes, LIST)

    assert take_over(postcodes, LIST).startswith("2 areas read: 0 new, 0 changed, 2 the same")


def test_what_moved_is_changed_and_what_is_not_listed_stays(postcodes: Path) -> None:
    make_area("3311", name="Oevers")
    make_area("9999", name="Old")

    said = take_over(postcodes, LIST)

    assert said.startswith("2 areas read: 1 new, 1 changed, 0 the same; 1 known areas")
    assert areas()["3311"][0] == "Dordrecht"
    assert areas()["9999"][0] == "Old"


def test_a_dry_run_says_it_and_writes_nothing(postcodes: Path) -> None:
    said = take_over(postcodes, LIST, "--dry-run")

    assert "2 would be new" in said
    assert areas() == {}


def test_of_a_list_of_six_positions_the_middle_counts(postcodes: Path) -> None:
    text = (
        "\ufeffpostcode;lat;lon;woonplaats\n"
        "3311 AB;51.80;4.60;Dordrecht\n"
        "3311AC;51.82;4.70;Dordrecht\n"
        "3311AD;51.81;4.65;Oevers\n"
    )

    take_over(postcodes, text)

    assert areas() == {"3311": ("Dordrecht", Decimal("51.810"), Decimal("4.650"))}


@pytest.mark.parametrize(
    "line",
    [
        "0123,52.1,4.9,X",
        "12345,52.1,4.9,X",
        "1012,x,4.9,X",
        "1012,nan,4.9,X",
        "1012,48.8,2.3,Paris",
        "1012,52.1,4.9,",
        "1012,52.1",
    ],
)
def test_a_line_that_cannot_be_read_keeps_all_of_it_out(postcodes: Path, line: str) -> None:
    text = f"pc4,latitude,longitude,place\n1011,52.37,4.90,Amsterdam\n{line}\n"

    with pytest.raises(CommandError, match="1 lines cannot be read; nothing was changed"):
        take_over(postcodes, text)
    assert areas() == {}

    take_over(postcodes, text, "--skip-faults")
    assert list(areas()) == ["1011"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "no list of postcodes"),
        (b"", "no list of postcodes"),
        (b"pc4,latitude,longitude,place\n", "no postcode in this file"),
        (b"pc4,latitude,longitude,place\n1011,52.3,4.9,\xe9\n", "no UTF-8"),
    ],
)
def test_another_file_is_told(postcodes: Path, content: bytes, said: str) -> None:
    postcodes.write_bytes(content)

    with pytest.raises(CommandError, match=said):
        take_over(postcodes)


def test_a_file_that_is_not_there_is_told(postcodes: Path) -> None:
    with pytest.raises(CommandError, match="cannot be opened"):
        take_over(postcodes)


@pytest.mark.skipif(not OFFICIAL.exists(), reason="no list of postcodes beside the checkout")
def test_the_whole_country_comes_in() -> None:
    said = take_over(OFFICIAL)

    assert said.startswith(f"{Area.objects.count()} areas read: ")
    assert Area.objects.count() > 4_000
    assert take_over(OFFICIAL).split(";")[0].endswith(" the same")
    assert "0 new, 0 changed" in take_over(OFFICIAL)
