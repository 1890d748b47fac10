"""What a scanner sends: numbers, symbology identifiers, and how much it is for."""

from decimal import Decimal

import pytest

from app.core.web import Invalid
from app.product.barcodes.reading import Meaning, quantity, read, whole
from tests.product.barcodes.scanned import GS, JANUARY, OWN, PEN, PENS, TODAY, gs1, said


class TestNumbers:
    @pytest.mark.parametrize(
        ("code", "meaning"),
        [
            ("4006381333931", {"kind": "gtin", "gtin": PEN}),
            ("04006381333931", {"kind": "gtin", "gtin": PEN}),
            ("14006381333938", {"kind": "gtin", "gtin": PENS}),
            ("96385074", {"kind": "gtin", "gtin": "00000096385074"}),
            ("036000291452", {"kind": "gtin", "gtin": "00036000291452"}),
            ("4011", {"kind": "plu", "plu5": "04011"}),
            ("04011", {"kind": "plu", "plu5": "04011"}),
            ("94011", {"kind": "plu", "plu5": "94011"}),
        ],
    )
    def test_numbers(self, code, meaning):
        assert said(code) == said(f" {code}\n") == meaning

    @pytest.mark.parametrize(
        ("code", "meaning"),
        [
            ("]E04006381333931", {"kind": "gtin", "gtin": PEN}),
            ("]E496385074", {"kind": "gtin", "gtin": "00000096385074"}),
            ("]I104006381333931", {"kind": "gtin", "gtin": PEN}),
            ("]C04006381333931", {"kind": "gtin", "gtin": PEN}),
            ("]C04011", {"kind": "plu", "plu5": "04011"}),
            (f"]C101{PEN}10AB{GS}17270131", gs1(lot="AB", expires_on=JANUARY)),
            (f"]d2{GS}01{PEN}10AB", gs1(lot="AB")),
            (f"]Q301{PEN}3922349", gs1(price=Decimal("3.49"))),
            (f"]e001{PEN}", gs1()),
            (f"]Q1https://id.gs1.org/01/{PEN}", gs1()),
            (f"]Q3https://id.gs1.org/01/{PEN}", gs1()),
            (f"]d1(01){PEN}", gs1()),
        ],
    )
    def test_with_a_symbology_identifier(self, code, meaning):
        assert said(code) == meaning

    def test_a_label_may_also_be_a_plain_barcode(self):
        plain, label = read("2804011012506", OWN, TODAY).meanings
        assert plain == Meaning("gtin", frozenset({"02804011012506"}))
        assert label == Meaning("weight_label", plu5="04011", weight=Decimal("1.250"))


class TestQuantity:
    @pytest.mark.parametrize(
        ("meaning", "unit", "pieces", "much"),
        [
            (Meaning("gtin"), "piece", 6, "6.000"),
            (Meaning("gtin"), "kg", 1, None),
            (Meaning("gtin"), "litre", 1, None),
            (Meaning("plu"), "piece", None, "1.000"),
            (Meaning("plu"), "kg", None, None),
            (Meaning("weight_label", weight=Decimal("1.250")), "kg", None, "1.250"),
            (Meaning("price_label", price=Decimal("3.49")), "kg", None, None),
            (Meaning("price_label", price=Decimal("3.49")), "piece", None, None),
            (Meaning("count_label", count=12), "piece", None, "12.000"),
            (Meaning("gs1", count=2), "piece", 6, "12.000"),
            (Meaning("gs1", count=4, weight=Decimal("0.800")), "kg", 1, "0.800"),
            (Meaning("gs1", count=4), "kg", 1, None),
            (Meaning("gs1", price=Decimal("3.49")), "piece", 1, "1.000"),
        ],
    )
    def test_is_in_the_products_unit(self, meaning, unit, pieces, much):
        found = quantity(meaning, unit, pieces)
        assert (None if found is None else str(found)) == much

    @pytest.mark.parametrize(
        ("meaning", "unit", "sentence"),
        [
            (
                Meaning("weight_label", weight=Decimal(1)),
                "piece",
                "The code says a weight, and the product is sold by the piece.",
            ),
            (
                Meaning("gs1", weight=Decimal(1)),
                "litre",
                "The code says a weight, and the product is sold by the litre.",
            ),
            (
                Meaning("count_label", count=2),
                "kg",
                "The code says a number of pieces, and the product is sold by the kg.",
            ),
        ],
    )
    def test_in_another_is_refused(self, meaning, unit, sentence):
        with pytest.raises(Invalid) as refused:
            quantity(meaning, unit, 1)
        assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("4011", "", "4011"),
        (f"https://x/01/{PEN}", "10=A%2BB", f"https://x/01/{PEN}?10=A%2BB"),
        (f"01{PEN}10A", "B%1D17270131", f"01{PEN}10A?B{GS}17270131"),
    ],
)
def test_a_query_belongs_to_the_code(path, query, code):
    assert whole(path, query) == code
