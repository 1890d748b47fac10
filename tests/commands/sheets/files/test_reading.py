"""Files as spreadsheets really write them."""

import pytest

from app.commands.sheets.checking import read_content
from app.commands.sheets.faults import SheetError
from app.commands.sheets.files.reading import open_table
from app.commands.sheets.kinds import PRODUCTS
from app.commands.sheets.layout import NamedColumns
from tests.support.workbooks import workbook

HEADING = "code,name,category,unit,list_price,vat_rate"
BUTTER = {
    "code": "butter",
    "name": "Butter",
    "category": "dairy",
    "unit": "piece",
    "list_price": "1.29",
    "vat_rate": "0.0700",
}
PLAIN = f"{HEADING}\nbutter,Butter,dairy,piece,1.29,0.07\n"


@pytest.fixture
def read(write):
    """Read a file of products: its rows, or the sentences about it; what is noted is in `read.notes`."""

    def call(content, *, name="p.csv", ignore_unknown=False):
        try:
            table = open_table(write(name, content), {c.name for c in PRODUCTS.columns})
            layout = NamedColumns(table, PRODUCTS, ignore_unknown=ignore_unknown)
            found = read_content(table, PRODUCTS, layout)
        except SheetError as error:
            return error.sentences()
        call.notes = [*table.notes, *layout.notes]
        call.columns = [column.name for column in found.columns]
        if found.faults:
            return SheetError(found.faults).sentences()
        return [
            {column: str(line.values[column]) for column in call.columns} for line in found.lines
        ]

    return call


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        "sep=,\r\n" + PLAIN.replace("\n", "\r\n"),
        PLAIN.replace(",", ";").replace("1.29", "1,29").replace("0.07", "0,07"),
        PLAIN.replace("1.29", '"1,29"').replace("0.07", '"0,07"'),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", "\t").encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace(HEADING, "code, name, category, unit, list_price, vat_rate"),
        PLAIN.replace(HEADING, "Code,NAME,Category, unit ,List Price,VAT-Rate"),
        PLAIN.replace("butter,", '"butter",').replace("code,", '"code",'),
        PLAIN.replace("piece", "PIECE"),
        PLAIN.replace("1.29,", " 1.29\u00a0,"),
        f"{PLAIN},,,,,\n,,,,,\n\n",
        f"\n\n{PLAIN}",
        PLAIN.replace("\n", ",,\n"),
        workbook({"Prices": [HEADING.split(","), ["butter", "Butter", "dairy", "Piece", 1.29, 0.07]]}),
        # A price that was worked out, as a spreadsheet shows it.
        workbook({"P": [HEADING.split(","), ["butter", "Butter", "dairy", "piece", 1.2899999999999998, "0,07"]]}),
        workbook({"P": [[None], HEADING.split(","), [None], ["butter", "Butter", "dairy", "piece", "1.29", 0.07]]}),
    ],
)  # fmt: skip
def test_is_the_same_however_it_is_written(read, content):
    assert read(content) == [BUTTER]


class TestEncodings:
    def test_what_is_not_utf_8_is_windows_1252_and_that_is_said(self, read):
        (row,) = read(PLAIN.replace("Butter", "Höfgut Käse €").encode("cp1252"))
        assert row["name"] == "Höfgut Käse €"
        assert read.notes == [
            (
                "The file is not UTF-8 and was read as Windows-1252 (Western European): 'Höfgut'."
                " If that is wrong, save it as CSV in UTF-8."
            )
        ]

    def test_two_encodings_in_one_file_are_refused(self, read):
        mixed = PLAIN.replace("Butter", "Käse").encode() + "x,Höfgut,a,kg,1,0\n".encode("cp1252")
        assert read(mixed) == [
            (
                "the file is UTF-8 on line 2 and something else here, so that no reading of all of it is safe:"
                " save it as CSV in UTF-8 where it was made: line 3."
            )
        ]

    def test_what_is_no_text_is_refused(self, read):
        assert read(PLAIN.encode() + b"\x81\n") == [
            "the file is no text in an encoding that is known here: save it as CSV in UTF-8: line 3."
        ]

    def test_a_file_of_nothing(self, read):
        assert read("") == read("\n,,\n") == ["the file is empty."]


class TestHeadings:
    def test_an_unknown_column_is_named_with_those_that_are_known(self, read):
        (sentence,) = read(PLAIN.replace("list_price", "price"))
        assert sentence == (
            "column 'price' is none of products; those are code, gtin, plu, other_barcodes, name, description, brand,"
            " category, unit, list_price, vat_rate, discount, deposit, reorder_level, net_quantity, net_unit, ingredients,"
            " allergens, diets, nutrition, food_business, origin, storage, alcohol, min_age, shelf_life_days, active"
            ", in the first row (--ignore-unknown leaves others out; --from de reads German headings, and a mapping any"
            " others): line 1."
        )

    def test_unknown_columns_can_be_left_out_and_are_named(self, read):
        content = PLAIN.replace("\n", ",5,x\n").replace("vat_rate,5,x", "vat_rate,Shelf,")
        assert "column 'Shelf' is none of products" in read(content)[0]
        (row,) = read(content.replace(",x", ","), ignore_unknown=True)
        assert row == BUTTER
        assert read.notes == ["Not read: 'Shelf'."]

    def test_a_column_that_is_there_twice_or_has_no_name(self, read):
        sentences = read(PLAIN.replace("\n", ",,5\n").replace("vat_rate,,5", "vat_rate,,Unit"))
        assert sentences[0].startswith("column 7, which has no name, is none of products")
        assert sentences[1] == "column 'unit' is there 2 times: line 1."

    def test_without_a_code_there_is_nothing_to_go_by(self, read):
        assert read("name\nButter\n") == ["column 'code' is missing: line 1."]


class TestLines:
    def test_blank_lines_count(self, read):
        bad = "s-71,Butter,dairy,piece,x,0.07\n"
        assert read(f"{PLAIN}\n\n{bad}") == [
            "list_price 'x' must be a price above 0 with two decimals at most, like 1.29: line 5."
        ]
        assert read(f"sep=,\n{PLAIN}\n\n{bad}") == [
            "list_price 'x' must be a price above 0 with two decimals at most, like 1.29: line 6."
        ]

    def test_line_breaks_in_cells_count(self, read):
        content = (
            f'{HEADING},description\na,A,dairy,kg,1.29,0.07,"one\r\ntwo"\nb,B,dairy,kg,x,0.07,\n'
        )
        assert read(content) == [
            "list_price 'x' must be a price above 0 with two decimals at most, like 1.29: line 4."
        ]
        assert read(content.replace("x,", "1,"))[0]["description"] == "one\ntwo"

    def test_a_quote_that_is_not_closed_is_on_the_line_where_it_opens(self, read):
        rows = "".join(f"s-{n},Butter,dairy,piece,1.29,0.07\n" for n in range(3))
        opened = 's-85,"open,dairy,piece,1.29,0.07\n'
        (sentence,) = read(f"{HEADING}\n{rows}{opened}{rows}")
        assert sentence.startswith("a quote that opens a cell of the row that begins here is not")
        assert sentence.endswith(": line 5.")

    def test_what_is_wrong_before_that_is_said_too(self, read):
        wrong, unclosed = read(f'{PLAIN.replace("1.29", "x")}s-85,"open,dairy,piece,1.29,0.07\n')
        assert wrong.startswith("list_price 'x' must be")
        assert wrong.endswith(": line 2.")
        assert unclosed.endswith(": line 3.")

    def test_inches_need_no_quotes_and_in_quotes_are_doubled(self, read):
        inches = f'{HEADING}\ns-48,Pizza 12" frozen,dairy,piece,1.29,0.07\n'
        assert read(inches)[0]["name"] == 'Pizza 12" frozen'
        (sentence,) = read(f'{inches}s-49,"Pizza 12" frozen",dairy,piece,1.29,0.07\n')
        assert sentence.endswith('has quotes in it that are not doubled (""): line 3.')

    def test_a_row_with_more_or_fewer_cells_than_columns(self, read):
        assert read(PLAIN.replace("1.29", "1,29")) == [
            (
                "the row has 7 cells and the heading 6: a cell with a separator in it must stand in quotes, and one that is"
                " empty must be there all the same: line 2."
            )
        ]
        assert "the row has 5 cells and the heading 6" in read(PLAIN.replace(",0.07", ""))[0]


class TestWorkbooks:
    HEADING = (*HEADING.split(","), "gtin", "active")

    def test_numbers_and_truth_are_as_people_see_them(self, read):
        row = [1001, "Butter", "dairy", "piece", 2, 0.07, 4006040126423.0, True]
        (found,) = read(workbook({"Prices": [self.HEADING, row], "Notes": [["x"]]}), name="p.xlsx")
        assert (found["code"], found["list_price"]) == ("1001", "2.00")
        assert (found["gtin"], found["active"]) == ("4006040126423", "True")
        assert read.notes == ["The file has 2 sheets; the first was read: 'Prices'."]

    def test_lines_are_rows_of_the_sheet(self, read):
        row = ["b", "Butter", "dairy", "piece", "x", 0.07, None, None]
        content = workbook({"P": [[None], self.HEADING, [None], row]})
        assert read(content) == [
            "list_price 'x' must be a price above 0 with two decimals at most, like 1.29: line 4."
        ]

    @pytest.mark.parametrize("content", [b"PK\x03\x04 and so on", workbook({"P": []})[:200]])
    def test_one_that_is_broken(self, read, content):
        assert read(content) == [
            "the file is a workbook that cannot be read here: save its sheet as CSV in UTF-8."
        ]
