"""An account: the language, the region one works in, and how it closes and is erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction

from core import audit
from core.access.login import end_sessions
from core.access.models import LinkToken, Membership, Region, User
from core.access.scope import region_scope
from core.access.tables import NAMED
from core.errors import NotAllowed

# A new account gets its role in the same transaction; a day is longer than any transaction.
ACCOUNT_REST = timedelta(days=1)


def choose_language(*, user: User, language: str) -> None:
    """Speak to `user` in this language from now on."""
    User.objects.filter(pk=user.pk).update(language=language)


def choose_first_channel(*, user: User, texts_first: bool) -> None:
    """Try text messages before e-mail for `user`, or the reverse, from now on."""
    User.objects.filter(pk=user.pk).update(texts_first=texts_first)


def regions_of(user: User) -> list[Region]:
    """Every region in which `user` has a running role. Asks region by region: rarely needed."""
    found = []
    for region in Region.objects.order_by("name"):
        with region_scope(region.pk):
            if Membership.objects.filter(user=user, ended_at=None).exists():
                found.append(region)
    return found


def work_in(*, user: User, region_id: int) -> None:
    """Work in another region, where `user` has a role as well.

    Raises:
        NotAllowed: no running role there.
    """
    with region_scope(region_id):
        if not Membership.objects.filter(user=user, ended_at=None).exists():
            raise NotAllowed("")
    User.objects.filter(pk=user.pk).update(region=region_id)


@transaction.atomic
def close_if_left(user: User, *, now: datetime) -> bool:
    """Close the account of somebody without a role anywhere. Returns whether it closed.

    Closed is not gone: a new invitation opens it again, until it is erased.
    """
    # Whoever takes an invitation holds this lock as well, so that of the two the later decides.
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.closed_at is not None or locked.is_staff or regions_of(locked):
        return False
    locked.is_active, locked.closed_at = False, now
    locked.save(update_fields=["is_active", "closed_at"])
    end_sessions(locked)
    if locked.region_id is not None:
        with region_scope(locked.region_id):
            audit.record("account.closed", by=None, at=now, target=locked)
    return True


def close_left_accounts(*, now: datetime) -> int:
    """Close what `close_if_left` was not asked about, for example after leaving the pool."""
    running: set[UUID] = set()
    for region_id in Region.objects.values_list("pk", flat=True):
        with region_scope(region_id):
            rows = Membership.objects.filter(ended_at=None)
            running.update(rows.values_list("user_id", flat=True))
    left = User.objects.filter(closed_at=None, joined_at__lt=now - ACCOUNT_REST)
    return sum(close_if_left(user, now=now) for user in left.exclude(pk__in=running))


@transaction.atomic
def erase_closed(*, now: datetime) -> int:
    """Erase accounts closed for longer than their term. Returns how many.

    Name, address, password, keys, devices and links go. The number stays while the log or a
    file points at it, and says nothing about anybody; after that it goes too.
    """
    due = User.objects.filter(NAMED["core_user"].keep.past(now=now), erased_at=None)
    users = list(due.select_for_update(no_key=True).order_by("pk"))
    for user in users:
        _erase(user, now)
    _drop_bare_numbers()
    return len(users)


def _erase(user: User, now: datetime) -> None:
    if user.region_id is not None:
        with region_scope(user.region_id):
            audit.record("account.erased", by=None, at=now, target=user)
    end_sessions(user)
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    LinkToken.objects.filter(holder=user).delete()
    user.set_unusable_password()
    user.email, user.name, user.region = f"{user.pk}@erased.invalid", "", None
    user.last_login, user.erased_at = None, now
    user.save()


def _drop_bare_numbers() -> None:
    for user_id in User.objects.exclude(erased_at=None).values_list("pk", flat=True):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # Past Django, which would look for rows in every region and may see none. The
                # database's own keys know, and are asked now instead of at the commit.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("DELETE FROM core_user WHERE id = %s", [user_id])
        except IntegrityError:
            continue
