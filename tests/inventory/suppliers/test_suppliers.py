import pytest

from app.core.web.paging import Page
from app.inventory.suppliers.schemas import Supplier
from tests.builders import invoice_request, rows, supplier, unique, value

LIST = "/api/v1/suppliers"


def pointers(answer):
    return [error["pointer"] for error in answer.json()["errors"]]


class TestCreate:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("POST", LIST, json={"code": unique(), "name": "Dairy"})

    @pytest.mark.parametrize(
        ("member", "wrong"),
        [
            ("code", "Not A Code"),
            ("name", "  "),
            ("email", "nobody"),
            ("phone", "call me"),
            ("address", " "),
            ("address", "x" * 501),
            ("colour", "red"),
            ("lead_days", 91),
            ("least_order", "-1"),
        ],
    )
    async def test_invalid(self, staff, member, wrong):
        answer = await staff.post(LIST, json={"code": unique(), "name": "Dairy", member: wrong})
        assert answer.status_code == 422
        assert pointers(answer) == [f"/{member}"]

    async def test_code_is_taken(self, staff, database):
        known = supplier(database)
        answer = await staff.post(LIST, json={"code": known.code, "name": "Another"})
        assert answer.status_code == 409
        assert answer.json()["code"] == "already_exists"
        assert pointers(answer) == ["/code"]

    async def test_good(self, staff, database, me):
        code = unique("dairy")
        sent = {
            "code": code,
            "name": "Lowland Dairy",
            "email": "orders@lowland.example",
            "phone": "+49 40 66969 110",
            "address": "Molkereiring 901, 20097 Hamburg",
            "lead_days": 2,
            "delivery_days": ["tuesday", "friday"],
            "least_order": "50.00",
        }
        answer = await staff.post(LIST, json=sent)
        assert answer.status_code == 201
        assert answer.headers["Location"] == f"{LIST}/{code}"
        assert answer.headers["ETag"] == '"v1"'
        Supplier.model_validate_json(answer.content, strict=True)
        assert answer.json().items() >= {**sent, "active": True, "version": 1}.items()
        (noted,) = rows(
            database, "SELECT * FROM audit_log WHERE subject = %(s)s", s=f"supplier:{code}"
        )
        assert (noted.login_id, noted.action) == (me.login_id, "supplier.created")
        assert noted.detail == sent

    async def test_only_what_must_be(self, staff):
        answer = await staff.post(LIST, json={"code": unique(), "name": "Dairy"})
        assert answer.status_code == 201
        assert answer.json()["email"] is None


class TestList:
    async def test_strangers(self, refuses_strangers):
        await refuses_strangers("GET", LIST)

    @pytest.mark.parametrize("query", ["active=yes", "limit=0", "cursor=x", "q=x"])
    async def test_invalid(self, staff, query):
        answer = await staff.get(f"{LIST}?{query}")
        assert answer.status_code == 422
        assert pointers(answer) == [f"/query/{query.partition('=')[0]}"]

    async def test_pages_by_name_without_case_and_accents(self, staff, database):
        names = ("Same name", "Same name", "Other", "zebra", "Ábaco", "Apple", "äther")
        made = {supplier(database, name=name).code for name in names}
        found, url = [], f"{LIST}?limit=2"
        while url:
            answer = await staff.get(url)
            Page[Supplier].model_validate_json(answer.content, strict=True)
            found += answer.json()["items"]
            url = answer.links.get("next", {}).get("url")
        names = [item["name"] for item in found]
        assert value(
            database,
            "SELECT array_agg(plain_text(n) ORDER BY place) = array_agg(plain_text(n) ORDER BY plain_text(n))"
            " FROM unnest(%(names)s::text[]) WITH ORDINALITY AS u (n, place)",
            names=names,
        )
        assert names.index("Ábaco") < names.index("Apple") < names.index("äther")
        codes = [item["code"] for item in found]
        assert len(codes) == len(set(codes))
        assert made <= set(codes)

    async def test_withdrawn_only_if_asked(self, staff, database):
        gone = supplier(database, active=False)
        shown = (await staff.get(f"{LIST}?limit=100")).json()["items"]
        assert gone.code not in [item["code"] for item in shown]
        withdrawn = (await staff.get(f"{LIST}?limit=100&active=false")).json()["items"]
        assert gone.code in [item["code"] for item in withdrawn]
        assert not any(item["active"] for item in withdrawn)


class TestRead:
    async def test_strangers(self, refuses_strangers, database):
        await refuses_strangers("GET", f"{LIST}/{supplier(database).code}")

    @pytest.mark.parametrize("code", ["nobody-has-this", "NOT-a-code", "%00", "ä" * 100])
    async def test_missing(self, staff, code):
        assert (await staff.get(f"{LIST}/{code}")).status_code == 404

    async def test_good_also_when_withdrawn(self, staff, database):
        gone = supplier(database, active=False)
        answer = await staff.get(f"{LIST}/{gone.code}")
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"v1"'
        Supplier.model_validate_json(answer.content, strict=True)
        assert answer.json()["active"] is False


class TestChange:
    async def test_strangers(self, refuses_strangers, database):
        path = f"{LIST}/{supplier(database).code}"
        await refuses_strangers("PATCH", path, json={"name": "Mine now"})

    async def test_missing(self, staff):
        answer = await staff.patch(f"{LIST}/nobody-has-this", json={"name": "Other"})
        assert answer.status_code == 404

    @pytest.mark.parametrize(
        ("member", "wrong"), [("name", None), ("active", None), ("code", "other"), ("phone", "?")]
    )
    async def test_invalid(self, staff, database, member, wrong):
        answer = await staff.patch(f"{LIST}/{supplier(database).code}", json={member: wrong})
        assert answer.status_code == 422
        assert pointers(answer) == [f"/{member}"]

    async def test_only_what_was_sent(self, staff, database):
        known = supplier(database, email="old@dairy.example", phone="123456")
        path = f"{LIST}/{known.code}"
        answer = await staff.patch(
            path, json={"email": None, "name": "New", "delivery_days": ["friday", "monday"]}
        )
        assert answer.status_code == 200
        assert answer.headers["ETag"] == '"v2"'
        Supplier.model_validate_json(answer.content, strict=True)
        expected = {"email": None, "name": "New", "phone": "123456", "version": 2}
        expected["delivery_days"] = ["monday", "friday"]
        assert answer.json().items() >= expected.items()
        assert (await staff.get(path)).json() == answer.json()

    async def test_withdraw_is_noted(self, staff, database, me):
        known = supplier(database)
        answer = await staff.patch(f"{LIST}/{known.code}", json={"active": False})
        assert answer.json()["active"] is False
        action = value(
            database,
            "SELECT action FROM audit_log WHERE subject = %(s)s AND login_id = %(me)s",
            s=f"supplier:{known.code}",
            me=me.login_id,
        )
        assert action == "supplier.withdrawn"

    async def test_nothing_to_change(self, staff, database):
        answer = await staff.patch(f"{LIST}/{supplier(database).code}", json={})
        assert (answer.status_code, answer.json()["version"]) == (200, 1)

    async def test_only_the_version_that_was_read(self, staff, database):
        path = f"{LIST}/{supplier(database).code}"
        first = await staff.patch(path, json={"name": "A"}, headers={"If-Match": 'W/"v1"'})
        assert first.status_code == 200
        second = await staff.patch(path, json={"name": "B"}, headers={"If-Match": '"v1"'})
        assert second.status_code == 412
        assert second.headers["ETag"] == '"v2"'
        assert (await staff.get(path)).json()["name"] == "A"


class TestDelete:
    async def test_strangers(self, refuses_strangers, database):
        await refuses_strangers("DELETE", f"{LIST}/{supplier(database).code}")

    async def test_missing(self, staff):
        assert (await staff.delete(f"{LIST}/nobody-has-this")).status_code == 404

    async def test_in_use(self, staff, database):
        known = supplier(database)
        invoice_request(database, supplier_id=known.id)
        answer = await staff.delete(f"{LIST}/{known.code}")
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")

    async def test_good(self, staff, database):
        path = f"{LIST}/{supplier(database).code}"
        assert (await staff.delete(path, headers={"If-Match": '"v2"'})).status_code == 412
        answer = await staff.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert (await staff.get(path)).status_code == 404
