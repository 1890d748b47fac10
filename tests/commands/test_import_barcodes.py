"""`import` takes the barcodes and PLUs of products, and says of wrong ones what is wrong."""

import pytest

from tests.builders import category, product, rows, value

HEADING = "code,name,category,unit,list_price,vat_rate,gtin,plu,other_barcodes"
BARCODES = "SELECT p.code, b.gtin14, b.pieces FROM barcode b JOIN product p ON p.id = b.product_id ORDER BY gtin14"
PACK, PIECE, OTHER = "4006381333948", "4006381333931", "4006381333955"


@pytest.fixture
def take(run, write, catalogue):
    """Import a file of products, and return what was said."""

    def call(content, heading=HEADING, *options):
        return run("import", "products", write("p.csv", f"{heading}\n{content}"), *options).output

    return call


@pytest.fixture
def faults(take, fresh_database):
    """Import a file that must not be taken; return the sentences about it."""

    def call(content, heading=HEADING):
        *sentences, end = take(content, heading).splitlines()
        assert end == "Nothing was imported."
        assert not value(fresh_database, "SELECT count(*) FROM product WHERE code LIKE 's-%%'")
        return [sentence.removeprefix("p.csv: ") for sentence in sentences]

    return call


def found(on):
    return [(row.code, row.gtin14, row.pieces) for row in rows(on, BARCODES)]


class TestTaken:
    def test_all_of_them(self, take, fresh_database, run):
        content = (
            f"milk,Milk,dairy,piece,1.29,0.07,{PIECE},,{PACK}*6 0{OTHER}\n"
            "bananas,Bananas,food,kg,1.79,0.07,,04011,96385074\n"
        )
        assert "2 created" in take(content)
        assert found(fresh_database) == [
            ("bananas", "00000096385074", 1),
            ("milk", f"0{PIECE}", 1),
            ("milk", f"0{PACK}", 6),
            ("milk", f"0{OTHER}", 1),
        ]
        (milk, bananas) = rows(
            fresh_database, "SELECT plu, other_barcodes FROM product ORDER BY id"
        )
        assert (milk.plu, bananas.plu) == (None, "04011")
        others = [{"gtin": PACK, "pieces": 6}, {"gtin": f"0{OTHER}", "pieces": 1}]
        assert milk.other_barcodes == others
        created = rows(
            fresh_database, "SELECT detail FROM audit_log WHERE subject = 'product:milk'"
        )
        assert [row.detail["other_barcodes"] for row in created] == [others]
        assert take(content).endswith("0 created, 0 changed, 2 unchanged.\n")
        assert run("verify").exit_code == 0

    def test_of_what_is_there(self, take, fresh_database):
        shelf = category(fresh_database)
        product(fresh_database, category=shelf, code="milk", gtin=PIECE, other_barcodes=[(PACK, 6)])
        heading = "code,other_barcodes,plu"
        said = take(f"milk,{PACK}*12 {OTHER},4011\n", heading, "--dry-run")
        assert (
            f"line 2, milk: plu nothing -> '4011', other_barcodes '{PACK}*6' -> '{PACK}*12 {OTHER}'"
            in said
        )
        assert "1 changed" in take(f"milk,{PACK}*12 {OTHER},4011\n", heading)
        assert found(fresh_database) == [
            ("milk", f"0{PIECE}", 1),
            ("milk", f"0{PACK}", 12),
            ("milk", f"0{OTHER}", 1),
        ]
        changed = value(
            fresh_database, "SELECT detail FROM audit_log WHERE subject = 'product:milk'"
        )
        assert changed["other_barcodes"] == {
            "old": [{"gtin": PACK, "pieces": 6}],
            "new": [{"gtin": PACK, "pieces": 12}, {"gtin": OTHER, "pieces": 1}],
        }
        assert "1 changed" in take("milk,3\n", "code,list_price")
        assert len(found(fresh_database)) == 3
        assert "1 changed" in take("milk,,\n", heading)
        assert found(fresh_database) == [("milk", f"0{PIECE}", 1)]
        assert value(fresh_database, "SELECT plu IS NULL FROM product")


class TestFaults:
    def test_each_is_quoted_with_what_is_wrong(self, faults):
        of_milk = "Milk,dairy,piece,1.29,0.07,"
        assert faults(
            f"s-1,{of_milk},,{PIECE} 4006381333949*6\n"
            f"s-2,{of_milk},,{PACK}*0\n"
            f"s-3,{of_milk},,{PACK}*six\n"
            f"s-4,{of_milk},,7.6E+12\n"
            f"s-5,{of_milk},,{' '.join([PACK] * 21)}\n"
            f"s-6,{of_milk},401,\n"
            f"s-7,{of_milk},0000,\n"
            f"s-8,{of_milk},no,\n"
        ) == [
            "other_barcodes '4006381333949*6' must be a GTIN: its check digit is wrong: line 2.",
            *(
                f"other_barcodes '{PACK}*{pieces}' must be at most 20 barcodes with blanks between them, each with its"
                f" pieces (1 to 9999) if it is on a pack, like 4006381333948*6: line {line}."
                for pieces, line in (("0", 3), ("six", 4))
            ),
            (
                "other_barcodes '7.6E+12' is a barcode that a spreadsheet has rounded, and its last digits are lost:"
                " format that column as text there and enter the barcodes again: line 5."
            ),
            (
                f"other_barcodes '{' '.join([PACK] * 21)[:60]}…' must be at most 20 barcodes with blanks between them, each"
                " with its pieces (1 to 9999) if it is on a pack, like 4006381333948*6: line 6."
            ),
            (
                "plu '401' has 3 digits, and a PLU has 4 or 5; a spreadsheet may have dropped zeros in front: format"
                " that column as text there: line 7."
            ),
            "plu '0000' must be a PLU of 4 or 5 digits, not all of them zeros: line 8.",
            "plu 'no' must be a PLU of 4 or 5 digits, not all of them zeros: line 9.",
        ]

    def test_what_does_not_fit_together(self, faults):
        assert faults(
            f"s-1,Milk,dairy,piece,1.29,0.07,{PIECE},,0{PIECE}*6\n"
            f"s-2,Milk,dairy,piece,1.29,0.07,,,{PACK} {PACK}*6\n"
            f"s-3,Milk,dairy,litre,1.29,0.07,,,{OTHER}*6\n"
        ) == [
            f"other_barcodes '0{PIECE}*6' is there twice: one barcode is on one thing: line 2.",
            f"other_barcodes '{PACK}*6' is there twice: one barcode is on one thing: line 3.",
            f"other_barcodes '{OTHER}*6' must be of 1: what is not sold by the piece has no packs: line 4.",
        ]

    def test_one_number_of_two_rows(self, faults):
        of_milk = "Milk,dairy,piece,1.29,0.07,"
        assert faults(
            f"s-1,{of_milk}{PIECE},4011,{PACK}*6\n"
            f"s-2,{of_milk}{PACK},04011,\n"
            f"s-3,{of_milk},,0{PACK}*12 {OTHER}\n"
            f"s-4,{of_milk},,{OTHER}\n"
        ) == [
            (f"other_barcodes or gtin '{PACK}' = '0{PACK}' is there 3 times: lines 2, 3 and 4."),
            "plu '4011' = '04011' is there 2 times: lines 2 and 3.",
            f"other_barcodes '{OTHER}' is there 2 times: lines 4 and 5.",
        ]

    def test_one_number_of_another_product(self, faults, fresh_database):
        shelf = category(fresh_database)
        product(
            fresh_database,
            category=shelf,
            code="cola",
            name="Cola",
            gtin=PIECE,
            plu="4011",
            other_barcodes=[(PACK, 6)],
        )
        assert faults(
            f"s-1,Milk,dairy,piece,1.29,0.07,{PACK},,0{PIECE}*6\n"
            "s-2,Milk,dairy,piece,1.29,0.07,,04011,\n"
        ) == [
            f"gtin '{PACK}' is that of the product cola (Cola) already: line 2.",
            f"other_barcodes '0{PIECE}' is that of the product cola (Cola) already: line 2.",
            "plu '04011' is that of the product cola (Cola) already: line 3.",
        ]

    def test_a_number_for_labels_of_the_shops_scales(self, faults, take, fresh_database):
        """As config_dev.toml has them. One that is there already may stay."""
        said = "is a number of the labels that the shop's scales print (281IIIIWWWWWC)"
        assert faults(
            "s-1,Milk,dairy,piece,1.29,0.07,2814011012505,,\n"
            f"s-2,Milk,dairy,piece,1.29,0.07,,,{PACK}*6 2814012012504\n"
        ) == [
            f"gtin '2814011012505' {said}: line 2.",
            f"other_barcodes '2814012012504' {said}: line 3.",
        ]
        shelf = category(fresh_database)
        product(fresh_database, category=shelf, code="milk", gtin="2814011012505")
        assert "1 changed" in take("milk,2814011012505,3\n", "code,gtin,list_price")
