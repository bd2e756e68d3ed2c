"""Each year somebody says that an account is still right; silence closes it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.access import actions
from core.access.actions.confirmations import ask_or_stop, next_date
from core.access.deputies import Deputy
from core.access.models import Membership, Organisation, Role, User
from core.access.permissions import membership_changed, roles_of
from core.errors import NotAllowed
from core.outbox.models import DueWork, Message
from tests.conftest import NOON
from tests.factories.people import make_organisation, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_region")]
DAY = timedelta(days=1)


@pytest.fixture
def office() -> Organisation:
    return make_organisation("Wijkteam Kade")


@pytest.fixture
def bram(office: Organisation) -> User:
    return make_user("Bram de Wit", Role.PROFESSIONAL, organisation=office)


def role_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


def begin(user: User) -> Membership:
    membership = role_of(user)
    actions.begin_clock(membership, now=NOON)
    return membership


def mails(user: User) -> list[str]:
    return list(
        Message.objects.filter(recipient=user)
        .order_by("created_at")
        .values_list("template", flat=True)
    )


def test_the_date_is_a_year_later_on_the_wall_clock() -> None:
    assert next_date(NOON).isoformat() == "2027-03-10T00:00:00+01:00"


def test_a_leap_day_ends_on_the_first_of_march() -> None:
    assert next_date(NOON.replace(year=2028, month=2, day=29)).date().isoformat() == "2029-03-01"


def test_a_month_before_the_date_somebody_is_asked_by_mail(bram: User) -> None:
    membership = begin(bram)
    assert membership.confirm_by is not None

    ask_or_stop(membership.pk, membership.confirm_by - 30 * DAY)

    assert mails(bram) == ["core/confirm_account"]
    assert DueWork.objects.filter(
        kind="core.confirm_membership", not_before=membership.confirm_by - 14 * DAY
    ).exists()


def test_asked_three_times_and_then_access_stops(bram: User) -> None:
    membership = begin(bram)
    end = membership.confirm_by
    assert end is not None

    for days in (30, 14, 3, 0):
        ask_or_stop(membership.pk, end - days * DAY)

    membership.refresh_from_db()
    assert membership.lapsed_at == end
    assert mails(bram) == ["core/confirm_account"] * 3 + ["core/account_lapsed"]


def test_run_twice_it_stops_once(bram: User) -> None:
    membership = begin(bram)
    assert membership.confirm_by is not None

    ask_or_stop(membership.pk, membership.confirm_by)
    ask_or_stop(membership.pk, membership.confirm_by + DAY)

    assert mails(bram) == ["core/account_lapsed"]


def test_a_yes_in_time_gives_another_year(bram: User) -> None:
    membership = begin(bram)
    assert membership.confirm_by is not None
    at = membership.confirm_by - 10 * DAY

    actions.confirm_membership(membership_id=membership.pk, by=bram, now=at)
    ask_or_stop(membership.pk, membership.confirm_by)

    membership.refresh_from_db()
    assert (membership.lapsed_at, membership.confirmed_by) == (None, bram)
    assert membership.confirm_by == next_date(at)


def test_past_the_date_a_person_cannot_open_the_own_door(bram: User) -> None:
    membership = begin(bram)
    assert membership.confirm_by is not None

    with pytest.raises(NotAllowed):
        actions.confirm_membership(membership_id=membership.pk, by=bram, now=membership.confirm_by)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.REGIONAL_ADMIN])
def test_who_keeps_the_accounts_opens_it_again(bram: User, role: Role) -> None:
    membership = begin(bram)
    assert membership.confirm_by is not None
    ask_or_stop(membership.pk, membership.confirm_by)
    cas = make_user("Cas Verhoef", role)

    actions.confirm_membership(membership_id=membership.pk, by=cas, now=NOON)

    membership.refresh_from_db()
    membership_changed(bram)
    assert membership.lapsed_at is None
    assert roles_of(bram) == {"PROFESSIONAL"}


def test_the_contact_confirms_colleagues_and_nobody_elsewhere(
    bram: User, office: Organisation
) -> None:
    membership, dewi = (
        begin(bram),
        make_user("Dewi Blom", Role.PROFESSIONAL, organisation=office),
    )
    cas = make_user("Cas Verhoef", Role.COORDINATOR)
    with pytest.raises(NotAllowed):
        actions.confirm_membership(membership_id=membership.pk, by=dewi, now=NOON)

    actions.name_contact(organisation_id=office.pk, user_id=dewi.pk, by=cas, now=NOON)
    actions.confirm_membership(membership_id=membership.pk, by=dewi, now=NOON)

    other = begin(make_user("Wim Elders", Role.PROFESSIONAL))
    with pytest.raises(NotAllowed):
        actions.confirm_membership(membership_id=other.pk, by=dewi, now=NOON)


@pytest.mark.parametrize("role", [Role.EXPERT, Role.AUDITOR])
def test_others_confirm_nobody(bram: User, role: Role) -> None:
    membership = begin(bram)

    with pytest.raises(NotAllowed):
        actions.confirm_membership(
            membership_id=membership.pk, by=make_user("Eef Smit", role), now=NOON
        )


# --- Who stands in ----------------------------------------------------------------------------


def stand_in(bram: User, other: User, *, by: User | None = None, **days: object) -> Deputy:
    return actions.name_deputy(
        membership_id=role_of(bram).pk,
        stand_in_id=role_of(other).pk,
        first_day=days.get("first_day", NOON.date()),  # type: ignore[arg-type]
        last_day=days.get("last_day"),  # type: ignore[arg-type]
        by=by or bram,
        now=NOON,
    )


def test_nobody_of_another_organisation_stands_in(bram: User) -> None:
    with pytest.raises(actions.NotAColleague):
        stand_in(bram, make_user("Wim Elders", Role.PROFESSIONAL))


def test_the_database_refuses_somebody_of_another_organisation(
    bram: User, office: Organisation
) -> None:
    other = make_user("Wim Elders", Role.PROFESSIONAL)

    with pytest.raises(IntegrityError, match="in_organisation"), transaction.atomic():
        Deputy.objects.create(
            organisation=office,
            member=role_of(bram),
            stand_in=role_of(other),
            first_day=NOON.date(),
            made_at=NOON,
            made_by=bram,
        )


def test_two_do_not_stand_in_on_the_same_day(bram: User, office: Organisation) -> None:
    dewi = make_user("Dewi Blom", Role.PROFESSIONAL, organisation=office)
    joke = make_user("Joke Smit", Role.PROFESSIONAL, organisation=office)
    stand_in(bram, dewi, last_day=NOON.date() + 5 * DAY)

    with pytest.raises(actions.SomebodyElseThen):
        stand_in(bram, joke, first_day=NOON.date() + 5 * DAY)
    stand_in(bram, joke, first_day=NOON.date() + 6 * DAY)

    with pytest.raises(IntegrityError, match="deputy_one_at_a_time"), transaction.atomic():
        Deputy.objects.filter(stand_in__user=joke).update(first_day=NOON.date() + 5 * DAY)


def test_a_colleague_arranges_nothing_for_another(bram: User, office: Organisation) -> None:
    dewi = make_user("Dewi Blom", Role.PROFESSIONAL, organisation=office)

    with pytest.raises(NotAllowed):
        stand_in(bram, dewi, by=dewi)


# --- The night number -------------------------------------------------------------------------


def test_a_new_number_has_to_be_tried_again(office: Organisation, bram: User) -> None:
    actions.change_night_number(
        organisation_id=office.pk, phone="088 000 1111", tested=True, by=bram, now=NOON
    )
    office.refresh_from_db()
    assert (office.phone_tested_at, office.phone_tested_by) == (NOON, bram)

    actions.change_night_number(
        organisation_id=office.pk, phone="088 000 2222", tested=False, by=bram, now=NOON + DAY
    )

    office.refresh_from_db()
    assert (office.out_of_hours_phone, office.phone_tested_at) == ("088 000 2222", None)


def test_somebody_elsewhere_changes_no_number(office: Organisation) -> None:
    wim = make_user("Wim Elders", Role.PROFESSIONAL)

    with pytest.raises(NotAllowed):
        actions.change_night_number(
            organisation_id=office.pk, phone="088 000 1111", tested=False, by=wim, now=NOON
        )
