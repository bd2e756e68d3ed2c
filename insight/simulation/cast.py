"""The cast: invented names, hand-typed and rounded areas, organisations, ways of living.

Surnames and first names are a list of our own, mixed as a Dutch city is; a combination that
exists is chance. Phone numbers lie in ranges that nobody has (088 000, 06 0000).
"""

from __future__ import annotations

from dataclasses import dataclass, field

DEMO_DOMAIN = "demo.naast.example"

# Code, name, latitude, longitude: rounded to about a hundred metres, typed from a map.
AREAS = (
    ("1011", "Amsterdam Centrum", 52.371, 4.904),
    ("1013", "Amsterdam Westerpark", 52.388, 4.883),
    ("1025", "Amsterdam Noord", 52.397, 4.940),
    ("1055", "Amsterdam Bos en Lommer", 52.379, 4.849),
    ("1069", "Amsterdam Osdorp", 52.358, 4.794),
    ("1072", "Amsterdam De Pijp", 52.354, 4.893),
    ("1091", "Amsterdam Oost", 52.354, 4.918),
    ("1102", "Amsterdam Zuidoost", 52.316, 4.952),
    ("1112", "Diemen", 52.339, 4.962),
    ("1182", "Amstelveen", 52.307, 4.866),
    ("1191", "Ouderkerk aan de Amstel", 52.294, 4.912),
    ("1422", "Uithoorn", 52.238, 4.832),
    ("1431", "Aalsmeer", 52.262, 4.762),
    ("1506", "Zaandam", 52.442, 4.829),
    ("1442", "Purmerend", 52.508, 4.956),
    ("2012", "Haarlem", 52.376, 4.632),
    ("2132", "Hoofddorp", 52.304, 4.691),
)


@dataclass(frozen=True)
class Person:
    """Somebody invented: name, home area, ways of living, and what the pool knows."""

    first: str
    last: str
    area: str
    languages: tuple[tuple[str, str], ...] = (("nl", "NATIVE"),)
    can_meet: tuple[str, ...] = ()
    experiences: tuple[tuple[str, str], ...] = ()
    activities: tuple[str, ...] = ("BUDDY_1ON1", "AT_TABLE")
    radius_km: int = 20
    max_running: int = 2
    # Weekday (0 = Monday), first and last minute of the day.
    week: tuple[tuple[int, int, int], ...] = field(default_factory=tuple)
    # "granted", "expiring", "expired", "none"
    vog: str = "granted"
    # The way to a new one: "sent", "letter" (told by the expert), "later"; empty where none runs.
    way: str = ""
    trained: bool = True
    paused: bool = False
    # First assignments that are still done with two.
    duos: int = 0


EVENINGS = tuple((day, 17 * 60 + 30, 22 * 60 + 30) for day in range(5))
WEEKEND = tuple((day, 9 * 60, 22 * 60) for day in (5, 6))
DAYS = tuple((day, 9 * 60, 17 * 60) for day in range(5))
NIGHTS = tuple((day, 20 * 60, 32 * 60) for day in range(7))
ALWAYS = tuple((day, 8 * 60, 23 * 60) for day in range(7))

EXPERTS = (
    Person(
        "Ruben",
        "Kaldenbach",
        "1091",
        can_meet=("PARENT", "PHONE_FIRST"),
        week=EVENINGS + WEEKEND,
        experiences=(("PARENT", "CLIENT"), ("SEPARATED", "REQUESTER")),
        max_running=4,
    ),
    Person(
        "Malika",
        "Ouassif",
        "1055",
        (("nl", "C"), ("ar", "NATIVE"), ("fr", "B2")),
        can_meet=("WOMAN", "PARENT", "SIMPLE_LANGUAGE"),
        week=ALWAYS,
        max_running=3,
        experiences=(("PARENT", "CLIENT"), ("TREATMENT", "COORDINATOR")),
    ),
    Person(
        "Dirk-Jan",
        "Terlouwen",
        "1431",
        can_meet=("SIMPLE_LANGUAGE",),
        week=EVENINGS,
        experiences=(("DEBT", "REQUESTER"),),
    ),
    Person(
        "Sem",
        "Akkersdijk",
        "1013",
        week=DAYS + EVENINGS,
        can_meet=("PHONE_FIRST",),
        experiences=(("ADDICTION", "COORDINATOR"), ("WORK", "CLIENT")),
    ),
    Person(
        "Frans",
        "Leijsten",
        "1072",
        week=ALWAYS,
        can_meet=("PARENT", "SIMPLE_LANGUAGE"),
        experiences=(("STEP", "CLIENT"), ("THV_SELF", "REQUESTER")),
    ),
    Person(
        "Joyce",
        "Landveld",
        "1102",
        (("nl", "NATIVE"), ("srn", "NATIVE"), ("en", "B2")),
        can_meet=("WOMAN", "PARENT"),
        week=EVENINGS + WEEKEND,
        experiences=(("PARENT", "CLIENT"), ("VICTIM_TOO", "COORDINATOR")),
    ),
    Person(
        "Thijs",
        "Morreau",
        "1112",
        week=DAYS,
        activities=("BUDDY_1ON1", "WALK_IN", "PEER_GROUP"),
        experiences=(("DETENTION", "COORDINATOR"),),
    ),
    Person(
        "Bilal",
        "Yaghmour",
        "1069",
        (("nl", "C"), ("ar", "NATIVE"), ("tr", "B1")),
        can_meet=("PARENT",),
        week=NIGHTS + WEEKEND,
        experiences=(("PARENT", "REQUESTER"),),
    ),
    Person(
        "Marek",
        "Wolniewski",
        "1025",
        (("pl", "NATIVE"), ("nl", "B1"), ("en", "B2")),
        can_meet=("SIMPLE_LANGUAGE",),
        week=EVENINGS + WEEKEND,
        paused=True,
    ),
    Person(
        "Kasia",
        "Brzostek",
        "1506",
        (("pl", "NATIVE"), ("nl", "B2")),
        can_meet=("WOMAN",),
        week=DAYS + EVENINGS,
        vog="expired",
        way="letter",
    ),
    Person(
        "Henk",
        "Vroegindeweij",
        "1182",
        week=DAYS,
        can_meet=("PHONE_FIRST",),
        max_running=1,
        experiences=(("WORK", "CLIENT"),),
    ),
    Person(
        "Ferhat",
        "Demirsoy",
        "1055",
        (("nl", "C"), ("tr", "NATIVE")),
        can_meet=("PARENT",),
        week=EVENINGS + WEEKEND,
        experiences=(("SEPARATED", "CLIENT"),),
    ),
    Person(
        "Naomi",
        "Tilburgh",
        "1011",
        (("nl", "NATIVE"), ("en", "C")),
        can_meet=("WOMAN", "PHONE_FIRST"),
        week=EVENINGS,
        experiences=(("YOUTH_CARE", "REQUESTER"),),
    ),
    Person("Ruud", "Hazeleger", "1422", week=WEEKEND, radius_km=12, vog="expiring", way="sent"),
    Person(
        "Winston",
        "Fernandes",
        "1102",
        (("nl", "NATIVE"), ("pap", "NATIVE")),
        week=ALWAYS,
        can_meet=("PARENT", "SIMPLE_LANGUAGE"),
        experiences=(("PARENT", "CLIENT"),),
    ),
    Person(
        "Ellen",
        "Stokvisser",
        "1191",
        can_meet=("WOMAN",),
        week=DAYS,
        vog="none",
        way="later",
        activities=("POLICY", "WORKSHOP_PRO", "TRAINING_DEV"),
    ),
    Person(
        "Omar",
        "Belhadi",
        "1069",
        (("nl", "B2"), ("ber", "NATIVE"), ("ar", "B2")),
        week=EVENINGS,
        can_meet=("PARENT",),
        trained=False,
    ),
    Person(
        "Peter",
        "van Oostrum",
        "1025",
        week=ALWAYS,
        radius_km=30,
        max_running=3,
        activities=("BUDDY_1ON1", "PEER_GROUP", "CHAT"),
        can_meet=("PHONE_FIRST",),
        experiences=(("MILITARY", "CLIENT"),),
    ),
    Person(
        "Samira",
        "Haddouchi",
        "1072",
        (("nl", "NATIVE"), ("ar", "B2")),
        can_meet=("WOMAN", "PARENT"),
        week=WEEKEND,
        experiences=(("CONTACT_ARRANGEMENT", "REQUESTER"),),
    ),
    Person("Gijs", "Roodenrijs", "1091", week=NIGHTS, activities=("BUDDY_1ON1", "CHAT")),
    Person(
        "Tesfay",
        "Habtemar",
        "1112",
        (("ti", "NATIVE"), ("nl", "B1"), ("en", "B1")),
        week=EVENINGS,
        can_meet=("SIMPLE_LANGUAGE", "INTERPRETER"),
        duos=2,
    ),
    Person(
        "Linda",
        "Kuipershoek",
        "1431",
        can_meet=("WOMAN",),
        week=DAYS + WEEKEND,
        experiences=(("ADDICTION", "REQUESTER"),),
    ),
    Person(
        "Joost",
        "Wielemaker",
        "1013",
        week=EVENINGS,
        vog="none",
        activities=("WORKSHOP_PRO", "INFO"),
    ),
    Person(
        "Rachid",
        "Zerouali",
        "1011",
        (("nl", "NATIVE"), ("ar", "NATIVE")),
        week=ALWAYS,
        can_meet=("PARENT", "SIMPLE_LANGUAGE"),
        experiences=(("STEP", "CLIENT"),),
        max_running=3,
    ),
)

NEIGHBOUR_EXPERTS = {
    "VT12": (
        Person("Corné", "Duinker", "2012", week=ALWAYS, can_meet=("PARENT",)),
        Person("Yvonne", "Spaarnestad", "2132", week=EVENINGS + WEEKEND, can_meet=("WOMAN",)),
    ),
    "VT22": (
        Person("Klaas", "Zaagman", "1506", week=EVENINGS + WEEKEND),
        Person(
            "Amina",
            "Purmer",
            "1442",
            (("nl", "NATIVE"), ("ar", "B2")),
            can_meet=("WOMAN",),
            week=DAYS,
        ),
    ),
}


@dataclass(frozen=True)
class Staff:
    """A coordinator or professional."""

    name: str
    phone: str
    organisation: str = ""


@dataclass(frozen=True)
class Place:
    """A safe place to meet."""

    name: str
    address: str
    area: str


@dataclass(frozen=True)
class RegionCast:
    """Who and what is in one region."""

    code: str
    name: str
    host: str
    # name -> (kind, out-of-hours number)
    organisations: dict[str, tuple[str, str]]
    coordinators: tuple[Staff, ...]
    professionals: tuple[Staff, ...]
    experts: tuple[Person, ...]
    places: tuple[Place, ...]
    # Requests in an ordinary year.
    a_year: int = 0


REGIONS = (
    RegionCast(
        code="VT01",
        name="Amsterdam-Amstelland",
        host="Stichting Naast Amstelland",
        organisations={
            "Veilig Thuis Amstelland": ("VEILIG_THUIS", "088 000 11 00"),
            "Crisisdienst Waterlinie": ("CRISIS_SERVICE", "088 000 11 10"),
            "Team Toezicht Amstel": ("PROBATION", "088 000 11 20"),
            "Buurtteam Oosterhaven": ("LOCAL_TEAM", ""),
            "Stichting Naast Amstelland": ("POOL_HOST", "088 000 45 67"),
        },
        coordinators=(
            Staff("Hanneke Vossen", "06 0000 0101"),
            Staff("Jorrit Bakkeren", "06 0000 0102"),
            Staff("Sunita Ramautar", "06 0000 0103"),
        ),
        professionals=(
            Staff("Tineke Wijnands", "06 0000 0201", "Veilig Thuis Amstelland"),
            Staff("Fatih Meulendijk", "06 0000 0202", "Veilig Thuis Amstelland"),
            Staff("Roos Hellendaal", "06 0000 0203", "Veilig Thuis Amstelland"),
            Staff("Bram Citroen", "06 0000 0204", "Crisisdienst Waterlinie"),
            Staff("Esther Polak-Visser", "06 0000 0205", "Crisisdienst Waterlinie"),
            Staff("Mohamed Tahiri", "06 0000 0206", "Team Toezicht Amstel"),
            Staff("Anouk de Ruigt", "06 0000 0207", "Team Toezicht Amstel"),
            Staff("Wim Oldersma", "06 0000 0208", "Buurtteam Oosterhaven"),
        ),
        experts=EXPERTS,
        places=(
            Place("Buurthuis De Linde", "Lindegracht 900, kamer 2", "1013"),
            Place("Wijkcentrum Oosterpoort", "Ringdijk 810, spreekkamer 4", "1091"),
            Place("Bibliotheek Zuidoost", "Bijlmerplein 777, studiekamer", "1102"),
            Place("Dorpshuis Amstelzicht", "Dorpsstraat 611, kamer 1", "1182"),
        ),
        a_year=110,
    ),
    RegionCast(
        code="VT12",
        name="Kennemerland",
        host="Pool Kennemerland",
        organisations={
            "Pool Kennemerland": ("POOL_HOST", "088 000 12 00"),
            "Veilig Thuis Duinstreek": ("VEILIG_THUIS", "088 000 12 10"),
        },
        coordinators=(
            Staff("Petra Zandvliet", "06 0000 0301"),
            Staff("Joris Kuiper", "06 0000 0303"),
        ),
        professionals=(Staff("Lars Heemskerken", "06 0000 0302", "Veilig Thuis Duinstreek"),),
        experts=NEIGHBOUR_EXPERTS["VT12"],
        places=(Place("Wijkhuis De Spaarne", "Spaarneweg 500, kamer 3", "2012"),),
        a_year=30,
    ),
    RegionCast(
        code="VT22",
        name="Zaanstreek-Waterland",
        host="Pool Zaanstreek",
        organisations={
            "Pool Zaanstreek": ("POOL_HOST", "088 000 22 00"),
            "Veilig Thuis Zaanoever": ("VEILIG_THUIS", "088 000 22 10"),
        },
        coordinators=(Staff("Gerda Molenwijk", "06 0000 0401"),),
        professionals=(Staff("Ivo Krommenhoek", "06 0000 0402", "Veilig Thuis Zaanoever"),),
        experts=NEIGHBOUR_EXPERTS["VT22"],
        places=(Place("Buurthuis De Molen", "Zaanweg 400, kamer 2", "1506"),),
        a_year=14,
    ),
)
