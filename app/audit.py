"""Who of the staff changed what: one row in audit_log, written in the change's own transaction."""

from collections.abc import Mapping
from typing import Any

from app.core.database import Manager, Statement
from app.core.web.json import dumps

RECORD = Statement(
    """
    INSERT INTO audit_log (login_id, action, subject, detail)
    VALUES (%(login_id)s, %(action)s, %(subject)s, %(detail)s::jsonb)
    """,
    read=False,
)


class AuditTrail:
    """Writes the audit log. Nobody changes what is in it; `tidy` drops it after `shop.audit_days`."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager

    async def record(
        self,
        login_id: int | None,
        action: str,
        subject: str,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note that `login_id` (None: the shop itself, by a command) did `action` to `subject`.

        `action` is a kind of thing and a verb in the past, like `product.updated`; `subject` names
        the thing, like `product:milk-1l`; `detail` is what dumps() takes, without secrets or what
        a customer may ask to be forgotten: it stays for years.
        """
        await self._manager.run(
            RECORD,
            login_id=login_id,
            action=action,
            subject=subject,
            detail=dumps(detail or {}).decode(),
        )
