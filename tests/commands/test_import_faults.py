"""What is wrong in a file is said all at once, in words that help, and nothing of the file is taken."""

import pytest

from tests.builders import article, category, product, stocked, supplier, value

HEADING = "code,name,category,unit,list_price,vat_rate,gtin"


@pytest.fixture
def faults(run, write, catalogue, fresh_database):
    """Import a file that must not be taken; return the sentences about it."""

    def call(content, *, kind="products", heading=HEADING):
        result = run("import", kind, write("p.csv", f"{heading}\n{content}"))
        assert result.exit_code == 1
        *sentences, end = result.output.splitlines()
        assert end == "Nothing was imported."
        assert not value(fresh_database, "SELECT count(*) FROM product WHERE code LIKE 's-%%'")
        assert all(sentence.startswith("p.csv: ") for sentence in sentences)
        assert not any(word in result.output for word in ("String should", "pattern", "Input"))
        return [sentence.removeprefix("p.csv: ") for sentence in sentences]

    return call


class TestValues:
    def test_each_wrong_value_is_quoted_with_what_it_must_be(self, faults):
        heading = f"{HEADING},description,reorder_level,active,brand,discount"
        assert faults(
            "S 1,Milk,dairy,piece,1.29,0.07,,,,,,\n"
            "s-2,,dairy,piece,1.29,0.07,,,,,,\n"
            "s-3,Milk,Dairy,piece,1.29,0.07,,,,,,\n"
            "s-4,Milk,dairy,box,1.29,0.07,,,,,,\n"
            "s-5,Milk,dairy,piece,-1.29,0.07,,,,,,\n"
            "s-6,Milk,dairy,piece,NaN,7,,,,,,\n"
            "s-7,Milk,dairy,piece,1.299,0.07,,,,,,\n"
            "s-8,Milk,dairy,piece,1.29,0.07,2100500000108,,,,,\n"
            "s-9,Milk,dairy,piece,1.29,0.07,,,2.500,,,\n"
            "s-10,Milk,dairy,piece,1.29,0.07,,,,maybe,,\n"
            "s-11,Milk,dairy,piece,1.29,0.07,,,,,firm,half\n"
            "s-12,Mi\x0blk,dairy,piece,1.29,0.07,,,,,,\n"
            f"s-13,{'x' * 121},dairy,piece,1.29,0.07,,,,,,\n",
            heading=heading,
        ) == [
            (
                "code 'S 1' must be a code of 1 to 40 letters, figures, dots, hyphens and underscores, beginning with a"
                " letter or figure: line 2."
            ),
            "name is empty: line 3.",
            (
                "category 'Dairy' must be a code of 1 to 40 letters a-z, figures and hyphens, not beginning with a hyphen:"
                " line 4."
            ),
            "unit 'box' must be piece, kg or litre: line 5.",
            "list_price '-1.29' must be a price above 0 with two decimals at most, like 1.29: line 6.",
            "list_price 'NaN' must be a price above 0 with two decimals at most, like 1.29: line 7.",
            "vat_rate '7' must be a rate from 0 to below 1, like 0.07 for 7 %: line 7.",
            "list_price '1.299' must be a price above 0 with two decimals at most, like 1.29: line 8.",
            "gtin '2100500000108' must be a GTIN: its check digit is wrong: line 9.",
            "reorder_level '2.500' must be whole, as the product is sold by the piece: line 10.",
            "active 'maybe' must be yes or no: line 11.",
            "brand 'firm' is not known: line 12.",
            "discount 'half' is not known: line 12.",
            "name 'Mi\\x0blk' must not contain control characters: line 13.",
            f"name '{'x' * 60}…' must be one line of 1 to 120 characters: line 14.",
        ]

    def test_equal_faults_are_one_sentence(self, faults):
        frozen = "".join(f"s-{n},Butter,frozen,piece,1.29,0.07,\n" for n in range(60))
        assert faults(frozen) == ["category 'frozen' is not known: line 2 and 59 more."]
        few = "".join(f"s-{n},Butter,{kind},piece,1.29,0.07,\n" for n, kind in enumerate("xyx"))
        assert faults(few) == [
            "category 'x' is not known: lines 2 and 4.",
            "category 'y' is not known: line 3.",
        ]

    def test_no_more_than_people_read(self, faults):
        content = "".join(f"s-{n},Butter,dairy,piece,x{n},0.07,\n" for n in range(60))
        sentences = faults(content + "s-99,Butter,dairy,piece,1.29,0.07,\n")[:50]
        assert len(sentences) == 50

    def test_barcodes_that_a_spreadsheet_spoilt(self, faults):
        lost, comma, short = faults(
            "s-33,Butter,dairy,piece,1.29,0.07,7.6223E+12\n"
            's-34,Butter,dairy,piece,1.29,0.07,"7,6223E+12"\n'
            "s-35,Butter,dairy,piece,1.29,0.07,4006040601\n"
            "s-36,Butter,dairy,piece,1.29,0.07,4006 0401 26423\n"
        )
        assert lost == (
            "gtin '7.6223E+12' is a barcode that a spreadsheet has rounded, and its last digits are lost: format that"
            " column as text there and enter the barcodes again: line 2."
        )
        assert comma.startswith("gtin '7,6223E+12' is a barcode that a spreadsheet has rounded")
        assert short.startswith(
            "gtin '4006040601' has 10 digits, and a barcode has 8, 12, 13 or 14; "
        )

    def test_a_number_that_could_be_two(self, faults):
        heading = f"{HEADING},reorder_level"
        assert faults('s-1,Milk,dairy,kg,1.29,0.07,,"2,500"\n', heading=heading) == [
            "reorder_level '2,500' may be 2.500 or 2500: write one of the two, without a mark between thousands: line 2."
        ]

    def test_a_discount_that_ends_before_it_starts(self, faults):
        heading = "code,name,rate,starts_on,ends_on"
        content = "ten,Ten,0.1,2026-02-01,2026-01-31\ntwo,Two,0,01/02/2026,\n"
        assert faults(content, kind="discounts", heading=heading) == [
            "ends_on '2026-01-31' must not be before starts_on: line 2.",
            (
                "starts_on '01/02/2026' may begin with the day or with the month: write the year first, like 2026-01-31:"
                " line 3."
            ),
            "rate '0' must be a rate above 0 and below 1, like 0.15 for 15 % off, or empty: line 3.",
        ]

    def test_a_coupon_that_excludes_what_is_not_there(self, faults):
        heading = "code,name,amount,starts_on,excluded_categories"
        content = "ten,Ten,1,2026-01-01,dairy nothing other\ntwo,Two,,2026-01-01,\n"
        assert faults(content, kind="coupons", heading=heading) == [
            "excluded_categories 'nothing' is not known: line 2.",
            "excluded_categories 'other' is not known: line 2.",
            "amount must be given if there is no rate, and only then: line 3.",
        ]


class TestDuplicates:
    def test_all_of_them_are_named_at_once(self, faults):
        gtins = ("4006040008293", "4038507012345", "4006040301158")
        content = "".join(
            f"s-{place}{twin},Butter,dairy,piece,1.29,0.07,{gtin}\n"
            for place, gtin in enumerate(gtins)
            for twin in "ab"
        )
        assert faults(content) == [
            "gtin '4006040008293' is there 2 times: lines 2 and 3.",
            "gtin '4038507012345' is there 2 times: lines 4 and 5.",
            "gtin '4006040301158' is there 2 times: lines 6 and 7.",
        ]

    def test_a_barcode_is_one_number_in_whatever_length(self, faults):
        assert faults(
            "s-80,Cheap cola,dairy,piece,1.29,0.07,012345678905\n"
            "s-81,Dear caviar,dairy,piece,99.00,0.07,0012345678905\n"
            "s-82,Third,dairy,piece,1.29,0.07,00012345678905\n"
        ) == [
            "gtin '012345678905' = '0012345678905' = '00012345678905' is there 3 times: lines 2, 3 and 4."
        ]

    def test_the_product_that_has_a_barcode_is_named(self, faults, fresh_database):
        shelf = category(fresh_database)
        product(fresh_database, category=shelf, code="cola", name="Cola", gtin="012345678905")
        assert faults("s-1,Milk,dairy,piece,1.29,0.07,00012345678905\n") == [
            "gtin '00012345678905' is that of the product cola (Cola) already: line 2."
        ]

    def test_codes(self, faults):
        content = "s-1,Milk,dairy,piece,1.29,0.07,\n"
        assert faults(content * 2) == ["code 's-1' is there 2 times: lines 2 and 3."]


class TestShop:
    def test_to_add_something_the_file_needs_all_of_it(self, faults):
        assert faults("s-1,1.29\n", heading="code,list_price") == [
            "code 's-1' is not in the shop yet, and to add it the file needs name, category, unit, vat_rate too: line 2."
        ]

    def test_values_have_to_fit_to_what_no_column_says(self, faults, fresh_database):
        product(fresh_database, category=category(fresh_database), code="milk")
        assert faults("milk,2.5\n", heading="code,reorder_level") == [
            "reorder_level '2.500' must be whole, as the product is sold by the piece: line 2."
        ]

    @pytest.mark.parametrize("is_stocked", [True, False])
    def test_a_unit_that_stock_or_an_article_is_counted_in(
        self, faults, fresh_database, is_stocked
    ):
        known = product(fresh_database, category=category(fresh_database), code="milk")
        if is_stocked:
            stocked(fresh_database, known, 3)
        else:
            article(fresh_database, supplier(fresh_database), known)
        assert faults("milk,kg\n", heading="code,unit") == [
            "unit 'kg' cannot replace piece of the product milk: its stock, an order, an article or a count is in that: line 2."
        ]

    def test_categories_that_have_no_place_in_the_tree(self, faults):
        heading = "code,name,parent"
        ring = faults("food,Food,x\nx,X,dairy\n", kind="categories", heading=heading)
        assert "parent 'x' must not lie below 'food', nor so deep" in ring[0]
        deep = "".join(f"c{n},C,{f'c{n - 1}' if n else 'dairy'}\n" for n in range(7))
        (sentence,) = faults(deep, kind="categories", heading=heading)
        assert sentence.startswith("parent 'c5' must not lie below 'c6'")

    def test_stock(self, faults, fresh_database):
        product(fresh_database, category=category(fresh_database), code="milk")
        heading = "product,supplier,quantity,unit_cost,expires_in_days,expires_on"
        content = "cream,,1,0.8,,\nmilk,nobody,1.5,0.8,,\nmilk,,0,x,1.5,\nmilk,,1,1,5,2037-01-01\n"
        assert faults(content, kind="stock", heading=heading) == [
            "product 'cream' is not known: line 2.",
            "supplier 'nobody' is not known: line 3.",
            "quantity '1.500' of the product milk must be whole: it is sold by the piece: line 3.",
            "quantity '0' must be a quantity above 0 like 12 or 2.5, with three decimals at most: line 4.",
            "unit_cost 'x' must be a cost like 0.8345, without VAT, with four decimals at most: line 4.",
            "expires_in_days '1.5' must be a whole number of days from 0 to 36500: line 4.",
            "expires_in_days and expires_on are both given: leave one of them empty: line 5.",
        ]


def test_a_file_that_is_not_there(run, tmp_path):
    assert run("import", "brands", tmp_path / "none.csv").exit_code == 2
