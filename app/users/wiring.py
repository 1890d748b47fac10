"""What the shop's people provide, and their routes."""

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.wiring import provide
from app.login.accounts import Accounts
from app.login.attempts.service import Attempts
from app.users.customers.repository import CustomerRepository
from app.users.customers.routes import blueprint as customers
from app.users.customers.service import Customers
from app.users.staff.repository import StaffRepository
from app.users.staff.routes import blueprint as staff
from app.users.staff.service import StaffDirectory


def wire(
    app: Flask, manager: Manager, audit: AuditTrail, accounts: Accounts, attempts: Attempts
) -> None:
    """Give `app` its staff and its customers."""
    provide(app, StaffDirectory(manager, StaffRepository(manager), accounts, audit))
    provide(app, Customers(manager, CustomerRepository(manager), accounts, attempts, audit))
    for blueprint in (customers, staff):
        app.register_blueprint(blueprint)
