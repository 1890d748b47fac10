"""Accounts: who can log in, with which password, as what. What else they are is the users' part."""

from typing import Literal

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.web import Conflict, FieldError, Invalid
from app.login.passwords import DUMMY_HASH, Passwords
from app.login.repository import Account, AccountRepository, SessionRepository
from app.login.strength import normalized, weakness

StaffRole = Literal["clerk", "admin"]
LoginRole = Literal["customer", "clerk", "admin"]


class Accounts:
    """Opens, changes and closes accounts.

    Passwords take tens of milliseconds, so what hashes or verifies them comes before a
    transaction, or opens its own. The others belong into the caller's.
    """

    def __init__(
        self,
        manager: Manager,
        accounts: AccountRepository,
        sessions: SessionRepository,
        passwords: Passwords,
        audit: AuditTrail,
    ) -> None:
        self._manager = manager
        self._accounts = accounts
        self._sessions = sessions
        self._passwords = passwords
        self._audit = audit

    async def hash(self, password: str, email: str, pointer: str = "/password") -> str:
        """Return the hash of a new password; raise Invalid at `pointer` if it is a weak one."""
        fault = weakness(password, email)
        if fault:
            raise Invalid("The password is too weak.", errors=[FieldError(pointer, fault)])
        return await self._passwords.hash(normalized(password))

    async def find(self, email: str) -> Account | None:
        """Return the account of that address, whatever its case."""
        return await self._accounts.find(email)

    async def get(self, login_id: int) -> Account:
        """Return that account. Raises NotFound."""
        return await self._accounts.get(login_id)

    async def verify(self, account: Account | None, password: str) -> bool:
        """Return whether the password is the account's; None takes as long as a wrong one."""
        known = account.password_hash if account else DUMMY_HASH
        return await self._passwords.verify(known, normalized(password))

    async def refresh_hash(self, account: Account, password: str) -> None:
        """Hash a verified password again if it was hashed with other parameters than today's."""
        if self._passwords.outdated(account.password_hash):
            new = await self._passwords.hash(normalized(password))
            await self._accounts.rehash(account.id, account.password_hash, new)

    async def change_password(self, account: Account, password: str, session_id: int) -> None:
        """Set another password, and end all sessions but one.

        Raises Invalid at /new_password for a weak one, and Conflict if the password was changed
        since `account` was read.
        """
        new = await self.hash(password, account.email, "/new_password")

        async def work() -> None:
            await self._accounts.change_password(account.id, new, account.password_changed_at)
            await self._sessions.end_all(account.id, but=session_id)

        await self._manager.transaction(work)

    async def open(self, email: str, password_hash: str, role: LoginRole) -> int:
        """Open an account and return its login's id.

        Raises Conflict (`already_exists`) if the address has one, whatever its case.
        """
        return await self._accounts.open(email, password_hash, role)

    async def open_staff(
        self, email: str, name: str, role: StaffRole, password_hash: str, by: int | None
    ) -> int:
        """Open a member of staff's account and return the staff's id; `by` is an admin's login.

        Raises Conflict (`already_exists`) if the address has an account.
        """
        login_id = await self._accounts.open(email, password_hash, role)
        staff_id = await self._accounts.insert_staff(login_id, name)
        await self._audit.record(
            by, "staff.created", f"staff:{staff_id}", {"email": email, "name": name, "role": role}
        )
        return staff_id

    async def create_admin(self, email: str, name: str, password: str) -> int:
        """Make an admin, in a transaction of its own, and return the staff's id.

        For commands: `email` and `name` are as the schemas Email and Name have them. Raises
        Invalid for a weak password, Conflict if the address has an account.
        """
        password_hash = await self.hash(password, email)
        return await self._manager.transaction(
            self.open_staff, email, name, "admin", password_hash, None
        )

    async def change(self, login_id: int, role: LoginRole, *, active: bool) -> None:
        """Set the role, and whether the account may log in; if not, end its sessions.

        Raises Conflict (`last_admin`) if no active admin would be left. Of two changes at once
        that would each leave the other's, one is refused.
        """
        if role != "admin" or not active:
            await self._keep_an_admin(login_id)
        await self._accounts.change(login_id, role, active=active)
        if not active:
            await self._sessions.end_all(login_id)

    async def reset_password(self, login_id: int, password_hash: str) -> None:
        """Set another password without asking for the old one, and end all sessions."""
        await self._accounts.change_password(login_id, password_hash)
        await self._sessions.end_all(login_id)

    async def close(self, login_id: int) -> None:
        """Delete an account and its sessions; who it was must be deleted before.

        Raises Conflict (`last_admin`), and ForeignKeyViolation for who has a history.
        """
        await self._keep_an_admin(login_id)
        await self._sessions.end_all(login_id)
        await self._accounts.delete(login_id)

    async def _keep_an_admin(self, login_id: int) -> None:
        # The lock first: an admin who is going at this very moment does not count.
        if await self._accounts.lock_admins_with(login_id) == [login_id]:
            raise Conflict("The shop's last active admin has to stay one.", code="last_admin")
