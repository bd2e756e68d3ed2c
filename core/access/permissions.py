"""May you? Roles on views, and the memberships behind them.

`@allow(Role.COORDINATOR)` on a view is the row of the authorisation matrix: the crawl test,
the generated document and the check itself read the same attribute (security.md D12).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from core import clock
from core.access.models import Membership, Role, User
from core.access.scope import region_or_none, shelf
from core.errors import NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "PUBLIC"
SIGNED_IN = "SIGNED_IN"
BY_LINK = "BY_LINK"
BY_SIGNATURE = "BY_SIGNATURE"


# Who is somebody in a region without a membership of their own: the layer above knows.
Guests = Callable[[User], list[Membership]]
_guests: list[Guests] = [lambda _user: []]


def guests_with(guests_of: Guests) -> None:
    """Let `guests_of` tell what a visitor of this region may be; called once, at the start."""
    _guests[0] = guests_of


def guests(user: User) -> list[Membership]:
    """What `user` may be here as a visitor from another region; unsaved rows, asked anew."""
    return _guests[0](user)


def memberships(user: User) -> list[Membership]:
    """The running memberships of `user` in the current region; read once per scope.

    A request is a scope: who leaves, or was not confirmed in time, has no role at the next one.

    Whoever starts or ends a membership calls `membership_changed` in the same scope.
    """
    if region_or_none() is None:
        return []
    kept: dict[str, Any] = shelf()
    name = _shelf_name(user)
    if name not in kept:
        running = Membership.objects.filter(
            # By the date, not by the mark: a worker that stands still keeps no door open.
            Q(confirm_by=None) | Q(confirm_by__gt=clock.now()),
            user=user,
            ended_at=None,
        )
        kept[name] = list(
            running.select_related("organisation", "region").order_by("started_at", "id")
        ) or guests(user)
    found: list[Membership] = kept[name]
    return found


def membership_changed(user: User) -> None:
    """Forget what this scope read about the memberships of `user`."""
    shelf().pop(_shelf_name(user), None)


def _shelf_name(user: User) -> str:
    return f"memberships:{user.pk}"


def roles_of(user: User) -> set[str]:
    """Every role that `user` has in the current region."""
    return {membership.role for membership in memberships(user)}


def has_role(user: User, *roles: Role) -> bool:
    """Whether `user` has one of `roles` in the current region."""
    return bool(roles_of(user) & {str(role) for role in roles})


def require_role(user: User, *roles: Role) -> None:
    """Raise NotAllowed unless `user` is one of `roles` in the current region."""
    if not has_role(user, *roles):
        raise NotAllowed("")


def membership_of(user: User, role: Role) -> Membership:
    """The running membership with `role`; raises NotAllowed where there is none."""
    for membership in memberships(user):
        if membership.role == role:
            return membership
    raise NotAllowed("")


def allow(*roles: Role) -> Callable[[View], View]:
    """Let signed-in people with one of `roles` in; others get 403, strangers the login page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path())
            if not has_role(user, *roles):
                from core import audit  # noqa: PLC0415  (audit asks for roles, too)

                audit.deny(
                    action=request.resolver_match.view_name if request.resolver_match else "",
                    by=user,
                )
                raise NotAllowed("")
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        guarded.allowed = frozenset(str(role) for role in roles)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def allow_everyone(kind: str) -> Callable[[View], View]:
    """Say out loud that a view is PUBLIC, for anybody SIGNED_IN, opened BY_LINK or BY_SIGNATURE."""

    def decorate(view: View) -> View:
        if kind != SIGNED_IN:
            view.allowed = frozenset({kind})  # type: ignore[attr-defined]
            return view

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        guarded.allowed = frozenset({kind})  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate
