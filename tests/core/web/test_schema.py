from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.core.web import schema
from app.core.web.schema import Schema, changes, omitted


def read(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


def refused(kind: Any, value: Any) -> bool:
    try:
        read(kind, value)
    except ValidationError:
        return True
    return False


NUMBERS = [
    ("Money", ["0", "0.5", "12.50", "9999999999.99"]),
    ("PositiveMoney", ["0.01", "1"]),
    ("UnitCost", ["0", "0.0001", "99999999.9999"]),
    ("Quantity", ["0.001", "1", "999999999.999"]),
    ("QuantityOrZero", ["0", "0.000", "1.5"]),
    ("SignedQuantity", ["-0.001", "0", "1.5"]),
    ("Rate", ["0", "0.23", "1", "1.0000"]),
]
WRONG_NUMBERS = [
    ("Money", ["-0.01", "0.001", "10000000000", "-0"]),
    ("PositiveMoney", ["0", "0.00", "-1"]),
    ("UnitCost", ["-1", "0.00001", "100000000"]),
    ("Quantity", ["0", "0.000", "-1", "0.0001", "1000000000"]),
    ("QuantityOrZero", ["-0.001", "0.0001"]),
    ("SignedQuantity", ["0.0001"]),
    ("Rate", ["1.0001", "2", "-0.1", "0.23456"]),
]
NOT_DECIMALS: list[Any] = [
    *("", " ", "1 ", " 1", "+1", "1.", ".5", "1e2", "1E2", "1_0", "1,5", "0x1", "NaN", "Infinity"),
    *("-Infinity", "٣", "1\n", "1\0"),
    *(1, 1.5, True, None, [], {}, Decimal("NaN"), Decimal("Infinity"), Decimal("0.00001")),
]


def pairs(rows):
    return [pytest.param(getattr(schema, k), v, id=f"{k}:{v}") for k, vs in rows for v in vs]


class TestNumbers:
    @pytest.mark.parametrize(("kind", "text"), pairs(NUMBERS))
    def test_are_read(self, kind, text):
        assert read(kind, text) == Decimal(text)
        assert read(kind, Decimal(text)) == Decimal(text)

    @pytest.mark.parametrize(("kind", "text"), pairs(WRONG_NUMBERS))
    def test_are_bounded(self, kind, text):
        assert refused(kind, text)

    @pytest.mark.parametrize("value", NOT_DECIMALS, ids=repr)
    @pytest.mark.parametrize("kind", [name for name, _ in NUMBERS])
    def test_are_decimals_in_strings(self, kind, value):
        assert refused(getattr(schema, kind), value)

    @given(st.decimals(0, Decimal("9999999999.99"), places=2))
    def test_money_goes_out_as_it_came_in(self, amount):
        text = TypeAdapter(schema.Money).dump_python(read(schema.Money, str(amount)), mode="json")
        assert text == f"{amount:.2f}"

    def test_are_written_with_all_places(self):
        written = TypeAdapter(schema.Quantity).dump_python(Decimal("1.500"), mode="json")
        assert written == "1.500"


class TestCodes:
    @pytest.mark.parametrize("code", ["a", "0", "dairy-and-eggs", "a" * 40])
    def test_read(self, code):
        assert read(schema.Code, code) == code

    @pytest.mark.parametrize("code", ["", "-a", "A", "a_b", "ż", "a" * 41, "a\n", "a b", 1])
    def test_refused(self, code):
        assert refused(schema.Code, code)

    @pytest.mark.parametrize("sku", ["A", "MILK-1L", "a.b_c-d", "0" * 40])
    def test_skus(self, sku):
        assert read(schema.Sku, sku) == sku

    @pytest.mark.parametrize("sku", ["", ".a", "_a", "a/b", "a" * 41, "a\n", "ż"])
    def test_wrong_skus(self, sku):
        assert refused(schema.Sku, sku)


class TestText:
    def test_emails_have_their_domain_in_small_letters(self):
        assert read(schema.Email, "Jan.Kowalski@Example.COM") == "Jan.Kowalski@example.com"

    @pytest.mark.parametrize(
        "email",
        [
            "",
            "jan",
            "jan@",
            "@a.pl",
            "a b@c.pl",
            "Jan <jan@a.pl>",
            "a@b",
            "a@b.pl\n",
            "a\0@b.pl",
            "a@" + "b" * 250 + ".pl",
        ],
    )
    def test_wrong_emails(self, email):
        assert refused(schema.Email, email)

    def test_names_lose_the_blanks_around_them(self):
        assert read(schema.Name, "  Mleko świeże\u00a0 ") == "Mleko świeże"

    @pytest.mark.parametrize(
        "name", ["", "   ", "x" * 121, "a\nb", "a\tb", "a\0b", "a\x85b", "a\u2028b"]
    )
    def test_wrong_names(self, name):
        assert refused(schema.Name, name)

    def test_texts_have_lines(self):
        assert read(schema.Text, "one\n\ttwo") == "one\n\ttwo"

    @pytest.mark.parametrize("text", ["x" * 2001, "a\0b", "a\x1b[0m", "a\r\nb"])
    def test_wrong_texts(self, text):
        assert refused(schema.Text, text)

    @pytest.mark.parametrize(
        "phone", ["+48 22 555 01 10", "(22) 555-01-10"[1:].replace(")", ""), "112 00"]
    )
    def test_phones(self, phone):
        assert read(schema.Phone, phone) == phone

    @pytest.mark.parametrize(
        "phone", ["", "112", "++48225550110", "555 CALL ME", "5" * 33, "1234\n5"]
    )
    def test_wrong_phones(self, phone):
        assert refused(schema.Phone, phone)


class TestIntegers:
    @pytest.mark.parametrize(
        ("kind", "value"),
        [(schema.Id, 0), (schema.Id, 2**63), (schema.Count, -1), (schema.Count, 2**31)],
    )
    def test_fit_their_columns(self, kind, value):
        assert refused(kind, value)


class TestTimes:
    def test_dates(self):
        assert read(schema.Date, "2026-01-31") == date(2026, 1, 31)

    @pytest.mark.parametrize(
        "day", ["2026-02-30", "20260131", "2026-W05-6", "0", "31.1.2026", "", 0]
    )
    def test_wrong_dates(self, day):
        assert refused(schema.Date, day)

    def test_moments_come_out_in_utc(self):
        moment = read(schema.Moment, "2026-01-31t12:00:00.5+01:00")
        assert moment == datetime(2026, 1, 31, 11, 0, 0, 500_000, tzinfo=UTC)
        assert moment.tzinfo is UTC

    @pytest.mark.parametrize(
        "moment",
        [
            "2026-01-31T12:00:00",
            "2026-01-31",
            "1700000000",
            "2026-01-31 12:00:00Z",
            0,
            "",
            "2026-01-31T25:00:00Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
        ],
    )
    def test_wrong_moments(self, moment):
        assert refused(schema.Moment, moment)


class Shelf(Schema):
    label: str
    tags: tuple[str, ...] = ()
    notes: dict[str, list[str]] = {}  # noqa: RUF012 - pydantic copies it


class ShelfPatch(Schema):
    label: schema.Name = omitted()
    note: schema.Text | None = omitted()


class TestSchema:
    def test_refuses_unknown_members(self):
        assert refused(Shelf, {"label": "a", "lable": "b"})

    @pytest.mark.parametrize(
        "value",
        [
            {"label": "a\0"},
            {"label": "a", "tags": ["b", "\0"]},
            {"label": "a", "notes": {"b": ["\0"]}},
            {"label": "a", "notes": {"\0": []}},
            {"label": "\ud800"},
        ],
        ids=ascii,
    )
    def test_refuses_what_cannot_be_stored(self, value):
        assert refused(Shelf, value)

    def test_strips_nothing(self):
        assert Shelf(label=" a ").label == " a "

    def test_does_not_change(self):
        with pytest.raises(ValidationError):
            Shelf(label="a").label = "b"


class TestChanges:
    def test_are_what_was_sent(self):
        assert changes(ShelfPatch.model_validate({"note": None})) == {"note": None}
        assert changes(ShelfPatch.model_validate({"label": "a"})) == {"label": "a"}
        assert changes(ShelfPatch.model_validate({})) == {}

    def test_null_is_only_for_what_can_be_cleared(self):
        assert refused(ShelfPatch, {"label": None})
