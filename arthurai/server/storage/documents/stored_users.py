"""Users, their passwords and the organizations they belong to."""

from __future__ import annotations

import hashlib
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.identifiers import new_id
from arthurai.server.storage.documents.control_database import ConstraintError
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common import documents
    from arthurai.server.storage.documents.control_database import ControlDatabase

MAX_LOGIN_FAILURES: Final = 5
MAX_HASHED_PASSWORDS: Final = 2  # at a time: each takes 64 MiB and as many processors as there are
LOCK_SECONDS: Final = 600.0
FAILURE_EXPIRY_SECONDS: Final = 24 * 3600.0
MAX_PASSWORD_LENGTH: Final = 1024
PROFILE_MEMBERS: Final = (
    "first_name",
    "last_name",
    "alert_notifications_enabled",
    "show_intro_sequence",
    "help_mode_enabled",
)


@dataclass(frozen=True, slots=True)
class User:
    """A user.

    Attributes:
        id: Id of the user.
        username: Login name.
        email: Mail address.
        active: Whether the user may log in.
        session_epoch: Sessions of an older epoch are invalid.
        profile: Names and settings, by their name in the API.
        roles: Role by organization id, in the order the organizations were joined.
        created_at: Time of the user's creation.
    """

    id: str
    username: str
    email: str
    active: bool
    session_epoch: int
    profile: Mapping[str, Any]
    created_at: str
    roles: Mapping[str, str] = field(default_factory=dict)

    def to_api(self, organization_id: str | None) -> documents.User:
        """Return a `User` of the API, as an organization sees it.

        Args:
            organization_id: The organization whose role to return.
        """
        role = self.roles.get(organization_id) if organization_id is not None else None
        return {
            "id": self.id,
            "email": self.email,
            "username": self.username,
            "first_name": self.profile.get("first_name"),
            "last_name": self.profile.get("last_name"),
            "roles": [] if role is None else [role],
            "active": self.active,
            "alert_notifications_enabled": bool(self.profile.get("alert_notifications_enabled")),
            "show_intro_sequence": bool(self.profile.get("show_intro_sequence")),
            "help_mode_enabled": bool(self.profile.get("help_mode_enabled")),
            "created_at": self.created_at,
        }


class UserRepository:
    """The users of the server."""

    def __init__(self, database: ControlDatabase) -> None:
        """Use a control database."""
        self._database = database
        self._hasher = PasswordHasher()
        self._hashing = threading.BoundedSemaphore(MAX_HASHED_PASSWORDS)

    @cached_property
    def _decoy_hash(self) -> str:
        """A hash to verify against when the user does not exist, so that the time is the same."""
        return self._hasher.hash(new_id())

    def hash_password(self, password: str) -> str:
        """Return the hash of a password; slow by design, so call it outside of transactions."""
        with self._hashing:
            return self._hasher.hash(password)

    def create(
        self,
        *,
        username: str,
        email: str,
        password_hash: str | None,
        profile: Mapping[str, Any] | None = None,
    ) -> User:
        """Create a user without an organization.

        Args:
            username: Login name; unique on the server, case-insensitive.
            email: Mail address, unique among active users.
            password_hash: Made by `hash_password`; without it nobody can log in as this user.
            profile: Names and settings.

        Raises:
            ApiError: 409 when name or address is taken.
        """
        user_id = new_id()
        try:
            self._database.execute(
                """INSERT INTO users (id, username, email, password_hash, profile, created_at)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                (
                    user_id,
                    username,
                    email,
                    password_hash,
                    _encode_profile(profile or {}),
                    format_now(),
                ),
            )
        except ConstraintError:
            raise _taken(username, email) from None
        return self.get(user_id)

    def get(self, user_id: str) -> User:
        """Return a user.

        Raises:
            ApiError: 404 when there is none.
        """
        found = self._find("id = ?", user_id)
        if found is None:
            raise not_found(f"user {user_id!r} not found")
        return found

    def get_member(self, organization_id: str, user_id: str) -> User:
        """Return a member of an organization.

        Raises:
            ApiError: 404 when there is none.
        """
        user = self._find("id = ?", user_id)
        if user is None or organization_id not in user.roles:
            raise not_found(f"user {user_id!r} not found")
        return user

    def find_active(self, user_id: str) -> User | None:
        """Return an active user, or `None`."""
        return self._find("id = ? AND active = 1", user_id)

    def list_members(self, organization_id: str) -> list[User]:
        """Return the members of an organization, inactive ones included, oldest first."""
        rows = self._database.rows(
            """SELECT user_id FROM memberships WHERE organization_id = ? ORDER BY position""",
            (organization_id,),
        )
        return [self.get(row["user_id"]) for row in rows]

    def _find(self, condition: str, *values: str) -> User | None:
        row = self._database.row(f"SELECT * FROM users WHERE {condition}", values)
        if row is None:
            return None
        memberships = self._database.rows(
            "SELECT organization_id, role FROM memberships WHERE user_id = ? ORDER BY position",
            (row["id"],),
        )
        return User(
            id=row["id"],
            username=row["username"],
            email=row["email"],
            active=bool(row["active"]),
            session_epoch=row["session_epoch"],
            profile=orjson.loads(row["profile"]),
            created_at=row["created_at"],
            roles={m["organization_id"]: m["role"] for m in memberships},
        )

    def join(self, user_id: str, organization_id: str, role: str) -> None:
        """Set the role of a user in an organization."""
        self._database.execute(
            """INSERT INTO memberships (user_id, organization_id, role) VALUES (?, ?, ?)
               ON CONFLICT (user_id, organization_id) DO UPDATE SET role = excluded.role""",
            (user_id, organization_id, role),
        )

    def update(
        self,
        user: User,
        *,
        username: str | None = None,
        email: str | None = None,
        profile: Mapping[str, Any] | None = None,
    ) -> User:
        """Change a user and return the new state.

        Args:
            user: The user.
            username: New login name; `None` keeps it.
            email: New mail address; `None` keeps it.
            profile: Names and settings to change; `None` keeps one.

        Raises:
            ApiError: 409 when name or address is taken.
        """
        with self._database.transaction():
            present = self.get(user.id).profile
            given = {name: v for name, v in (profile or {}).items() if v is not None}
            try:
                self._database.execute(
                    """UPDATE users SET username = COALESCE(?, username),
                       email = COALESCE(?, email), profile = ? WHERE id = ?""",
                    (username, email, _encode_profile({**present, **given}), user.id),
                )
            except ConstraintError:
                raise _taken(username, email) from None
            return self.get(user.id)

    def set_password(self, user: User, password_hash: str) -> None:
        """Set a new password, and end all sessions of the user.

        Args:
            user: The user.
            password_hash: Made by `hash_password`.
        """
        self._database.execute(
            "UPDATE users SET password_hash = ?, session_epoch = session_epoch + 1 WHERE id = ?",
            (password_hash, user.id),
        )

    def has_any_password(self) -> bool:
        """Return whether any user can log in with a password."""
        found = self._database.row("SELECT 1 FROM users WHERE password_hash IS NOT NULL")
        return found is not None

    def deactivate(self, user: User) -> None:
        """Deactivate a user, and end all their sessions."""
        self._database.execute(
            "UPDATE users SET active = 0, session_epoch = session_epoch + 1 WHERE id = ?",
            (user.id,),
        )

    def _is_password(self, user_id: str | None, password: str) -> bool:
        if len(password) > MAX_PASSWORD_LENGTH:
            return False
        stored = None
        if user_id is not None:
            stored = self._database.scalar(
                "SELECT password_hash FROM users WHERE id = ?", (user_id,)
            )
        decoy = self._decoy_hash
        try:
            with self._hashing:
                self._hasher.verify(stored or decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def log_in(self, login: str, password: str, address: str) -> User:
        """Return the user with this name (or mail address) and password.

        After too many failures in a row the login is locked for a while, even when there is no such
        user; only for the address that they came from, so that nobody can lock others out.

        Args:
            login: User name or mail address.
            password: The password.
            address: Where the request comes from.

        Raises:
            ApiError: 401 when they do not match, 403 while the login is locked.
        """
        same = self._database.same_letters
        condition = f"({same('username')} OR {same('email')}) AND active = 1"
        user = self._find(condition, login, login)
        key = self._count_attempt(user.id if user else login.casefold(), address)
        if not self._is_password(user.id if user else None, password) or user is None:
            raise ApiError(401, "unauthorized")
        self._forget_attempts(key)
        return user

    def check_old_password(self, user: User, password: str, address: str) -> None:
        """Check a password of a known user; failures count like failed logins.

        Do not call it inside a transaction: a rollback would undo the count.

        Args:
            user: The user.
            password: The password.
            address: Where the request comes from.

        Raises:
            ApiError: 403 when it is wrong or there were too many failures.
        """
        key = self._count_attempt(user.id, address)
        if not self._is_password(user.id, password):
            raise ApiError(403, "old_password is wrong")
        self._forget_attempts(key)

    def _count_attempt(self, login: str, address: str) -> str:
        """Count an attempt as a failure, before its password is checked; return its key.

        Attempts at the same time are thus counted one by one.

        Raises:
            ApiError: 403 when there were too many.
        """
        text = f"{login}\n{address}".encode("utf-8", "surrogatepass")
        key = hashlib.sha256(text).hexdigest()
        now = time.time()
        with self._database.transaction():
            self._database.execute(
                "DELETE FROM login_failures WHERE last_failure < ? OR last_failure > ?",
                (now - FAILURE_EXPIRY_SECONDS, now + LOCK_SECONDS),  # also of a clock set back
            )
            row = self._database.row("SELECT * FROM login_failures WHERE login = ?", (key,))
            seconds = 0.0 if row is None else min(row["locked_until"] - now, LOCK_SECONDS)
            if seconds > 0:
                minutes = max(1, round(seconds / 60))
                raise ApiError(
                    403,
                    f"too many failed logins; try again in {minutes} minute{'s' * (minutes > 1)}",
                )
            self._database.execute(
                """INSERT INTO login_failures VALUES (?, 1, 0, ?) ON CONFLICT (login) DO UPDATE SET
                   locked_until = CASE WHEN login_failures.failures + 1 >= ? THEN ?
                                   ELSE login_failures.locked_until END,
                   failures = CASE WHEN login_failures.failures + 1 >= ? THEN 0
                                   ELSE login_failures.failures + 1 END,
                   last_failure = excluded.last_failure""",
                (key, now, MAX_LOGIN_FAILURES, now + LOCK_SECONDS, MAX_LOGIN_FAILURES),
            )
        return key

    def _forget_attempts(self, key: str) -> None:
        self._database.execute("DELETE FROM login_failures WHERE login = ?", (key,))


def _encode_profile(profile: Mapping[str, Any]) -> str:
    kept = {name: profile[name] for name in PROFILE_MEMBERS if profile.get(name) is not None}
    return orjson.dumps(kept).decode()


def _taken(username: str | None, email: str | None) -> ApiError:
    return ApiError(409, f"user name {username!r} or address {email!r} is taken; choose another")
