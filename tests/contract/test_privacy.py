"""What is somebody's own stays so: in answers, in the log and in the audit trail."""

import functools
import operator
import re

import pytest

from tests import builders
from tests.builders import PASSWORD, rows
from tests.contract.answers import members
from tests.contract.good import GOOD, target
from tests.contract.world import API, CONTACT

# A claim's body has the token, and opens the cart to any customer.
OF_A_CART = [label for label in GOOD if "{cart}" in label and not label.endswith("/claim")]
# What the log may say of a body: nothing that is a person's.
PERSONAL = {"email", "password", "current_password", "new_password", "phone", "address"}
PERSONAL |= {"contact_name", "contact_phone"}


class TestStrangers:
    """To whom it does not belong, it is not there."""

    @pytest.fixture
    def strangers(self, world):
        """A guest and a customer, each with a cart, a purchase and a session of their own."""
        customer = builders.customer(world.on)
        world.cart(customer)
        return [world.purchase()["headers"], world.cart().headers, customer.headers]

    @pytest.fixture
    def own_cart(self, world):
        """A customer with a cart that is theirs."""
        owner = builders.customer(world.on)
        return owner, world.cart(owner)

    @pytest.mark.parametrize("label", OF_A_CART)
    async def test_a_guests_cart(self, hostile_shop, good, strangers, label):
        method = label.partition(" ")[0]
        for stranger in strangers:
            answer = await hostile_shop.ask(method, target(label, good), stranger, good.content)
            assert answer.status == 404
        answer = await hostile_shop.ask(method, target(label, good), good.who, good.content)
        assert answer.status == good.status

    @pytest.mark.parametrize("label", OF_A_CART)
    async def test_a_customers_cart(self, hostile_shop, good, own_cart, strangers, label):
        method = label.partition(" ")[0]
        owner, cart = own_cart
        path = label.partition(" ")[2].format(cart=cart.id, product=cart.product, line=cart.line)
        for stranger in [*strangers, good.who]:
            answer = await hostile_shop.ask(method, path, stranger, good.content)
            assert answer.status == 404
        answer = await hostile_shop.ask(method, path, owner.headers, good.content)
        assert answer.status == good.status

    @pytest.fixture
    def purchase(self, world):
        return world.purchase()

    async def test_a_purchase(self, hostile_shop, purchase, strangers):
        path = f"{API}/purchases/{purchase['id']}"
        for stranger in strangers:
            assert (await hostile_shop.ask("GET", path, stranger)).status == 404
        assert (await hostile_shop.ask("GET", path, purchase["headers"])).status == 200

    async def test_purchases_in_a_list(self, hostile_shop, purchase, strangers):
        *_, customer = strangers
        for query in ("", f"?q={purchase['invoice_number']}", "?q=Kaczka", "?status=placed"):
            answer = await hostile_shop.ask("GET", f"{API}/purchases{query}", customer)
            assert answer.json()["items"] == []

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    async def test_a_customers_record(self, hostile_shop, world, strangers, method):
        *_, customer = strangers
        path = f"{API}/customers/{world.somebody.customer_id}"
        body = b'{"name":"Mine"}' if method == "PATCH" else None
        assert (await hostile_shop.ask(method, path, customer, body)).status == 404

    async def test_a_session(self, hostile_shop, world, strangers):
        *_, customer = strangers
        path = f"{API}/login/sessions/{world.somebody.session_id}"
        for who in (customer, world.clerk, world.admin):
            assert (await hostile_shop.ask("DELETE", path, who)).status == 404
        assert (await hostile_shop.ask("GET", f"{API}/login", world.somebody.headers)).status == 200


@pytest.mark.parametrize("label", GOOD)
def test_log_lines_hold_nothing_of_a_person(world, good, label, capsys):
    method = label.partition(" ")[0]
    capsys.readouterr()
    answer = world.shop.open(
        target(label, good),
        method=method,
        json=good.body,
        data=good.file,
        headers=dict(good.who),
    )
    assert answer.status_code == good.status
    told = capsys.readouterr().out
    assert answer.headers["X-Request-Id"] in told
    assert not re.search("ogs_[sc]_|argon2", told)
    for path in members(good.body):
        text = functools.reduce(operator.getitem, path, good.body)
        assert path[0] not in PERSONAL or text not in told


def test_the_audit_trail_holds_no_secret(world):
    """The log is for ever, so it has neither passwords nor what customers may ask to be forgotten."""
    before = {row.id for row in rows(world.on, "SELECT id FROM audit_log")}
    secrets = {PASSWORD, "ogs_s_", "ogs_c_", "argon2", *CONTACT.values()}
    for label, make in GOOD.items():
        good = make(world)
        method = label.partition(" ")[0]
        sent = {"json": good.body, "data": good.file, "headers": dict(good.who)}
        world.shop.open(target(label, good), method=method, **sent)
        if "/customers" in label or "/login" in label:
            secrets |= {good.body[path[0]] for path in members(good.body) if path[0] in PERSONAL}
        if "/staff" in label and good.body:
            secrets.add(good.body.get("password", PASSWORD))
    made = [
        row
        for row in rows(world.on, "SELECT id, action, subject, detail::text FROM audit_log")
        if row.id not in before
    ]
    # Not for lack of anything to read.
    assert {"customer.updated", "staff.created", "purchase.cancelled"} <= {r.action for r in made}
    for row in made:
        assert not [secret for secret in secrets if secret in row.detail + row.subject]
