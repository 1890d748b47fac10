"""What logging in provides, and its routes."""

from typing import NamedTuple

from flask import Flask

from app.audit import AuditTrail
from app.core.database import Manager
from app.core.settings import Settings
from app.core.web.security import Authenticator
from app.core.wiring import provide
from app.login.accounts import Accounts
from app.login.attempts.repository import AttemptRepository
from app.login.attempts.service import Attempts
from app.login.authenticator import TokenAuthenticator
from app.login.passwords import Passwords
from app.login.repository import AccountRepository, SessionRepository
from app.login.routes import blueprint
from app.login.service import Sessions


class Login(NamedTuple):
    """What other features need of logging in."""

    accounts: Accounts
    attempts: Attempts


def wire(app: Flask, manager: Manager, audit: AuditTrail, settings: Settings) -> Login:
    """Give `app` accounts, sessions, and what knows whose token it is."""
    security, secret = settings.security, settings.secret.get_secret_value()
    sessions = SessionRepository(manager)
    accounts = Accounts(manager, AccountRepository(manager), sessions, Passwords(), audit)
    attempts = Attempts(AttemptRepository(manager), secret, security)
    tokens = TokenAuthenticator(sessions, settings.shop.guest_purchase_days)
    provide(app, accounts)
    provide(app, attempts)
    provide(app, tokens, as_=Authenticator)
    provide(app, Sessions(accounts, sessions, attempts, security))
    app.register_blueprint(blueprint)
    return Login(accounts, attempts)
