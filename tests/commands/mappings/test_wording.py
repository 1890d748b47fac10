"""What is wrong is told in the words of the file: its headings and its cells, and what these were taken for."""

import pytest

from tests.builders import category, product, value

HEADING = "Artikelnummer;EAN;Bezeichnung;Marke;Warengruppe;Einheit;VK-Preis;MwSt"
ROW = "s-{};;Butter;;Käse;Stk;1,29;7\n"


@pytest.fixture
def faults(take, groceries, fresh_database):
    """Import a file that must not be taken; return the sentences about it."""

    def call(content, *, kind="products", heading=HEADING):
        *sentences, end = take(kind, f"{heading}\n{content}").output.splitlines()
        assert end == "Nothing was imported."
        assert not value(fresh_database, "SELECT count(*) FROM product WHERE code LIKE 's-%%'")
        return [sentence.removeprefix("p.csv: ") for sentence in sentences]

    return call


def test_each_wrong_cell_is_under_its_heading(faults):
    assert faults(
        "S 1;;;;Käse;Stk;1,29;7\n"
        "s-2;;Butter;Höfgut & Co;Brot;Kiste;-1,29 €;700 %\n"
        's-3;"7,6223E+12";Butter;;Käse;Stk;"1,29 ?";7\n'
        "s-4;400604060;Butter;;Käse;Stk;;x\n"
    ) == [
        (
            "Artikelnummer 'S 1' must be a code of 1 to 40 letters, figures, dots, hyphens and underscores, beginning with a"
            " letter or figure: line 2."
        ),
        "Bezeichnung is empty: line 2.",
        "Einheit 'Kiste' must be piece, kg or litre: line 3.",
        (
            "VK-Preis '-1,29 €' (list_price '-1,29') must be a price above 0 with two decimals at most, like 1.29:"
            " line 3."
        ),
        "MwSt '700 %' (vat_rate '7') must be a rate from 0 to below 1, like 0.07 for 7 %: line 3.",
        (
            "EAN '7,6223E+12' is a barcode that a spreadsheet has rounded, and its last digits are lost: format that"
            " column as text there and enter the barcodes again: line 4."
        ),
        "VK-Preis '1,29 ?' must be a price above 0 with two decimals at most, like 1.29: line 4.",
        (
            "EAN '400604060' has 9 digits, and a barcode has 8, 12, 13 or 14; a spreadsheet may have dropped zeros in"
            " front: format that column as text there: line 5."
        ),
        "VK-Preis is empty: line 5.",
        "MwSt 'x' must be a rate from 0 to below 1, like 0.07 for 7 %: line 5.",
    ]


def test_codes_that_name_nothing(faults):
    frozen = "".join(ROW.format(n).replace("Käse", "Tief gekühlt") for n in range(60))
    assert faults(frozen + ROW.format(60).replace("Butter;", "Butter;Höfgut & Co")) == [
        "Warengruppe 'Tief gekühlt' (category 'tief-gekuehlt') is not known: line 2 and 59 more.",
        "Marke 'Höfgut & Co' (brand 'hoefgut-co') is not known: line 62.",
    ]


def test_what_is_there_twice(faults):
    gtins = ("012345678905", "0012345678905", "00012345678905")
    same = "".join(ROW.format(n).replace(";;", f";{gtin};", 1) for n, gtin in enumerate(gtins))
    assert faults(same + ROW.format(9) * 2) == [
        "EAN '012345678905' = '0012345678905' = '00012345678905' is there 3 times: lines 2, 3 and 4.",
        "Artikelnummer 's-9' is there 2 times: lines 5 and 6.",
    ]


def test_what_the_shop_has_otherwise(faults, fresh_database):
    shelf = category(fresh_database)
    product(fresh_database, category=shelf, code="cola", name="Cola", gtin="012345678905")
    assert faults(ROW.format(1).replace(";;", ";0012345678905;", 1)) == [
        "EAN '0012345678905' is that of the product cola (Cola) already: line 2."
    ]


def test_what_is_missing_is_called_as_the_mapping_knows_it(faults):
    assert faults("s-1;2\n", heading="Artikelnummer;EK")[2:] == [
        (
            "Artikelnummer 's-1' is not in the shop yet, and to add it the file needs name (as 'Bezeichnung' or"
            " 'Artikelbezeichnung' or 'Artikel'), category (as 'Warengruppe' or 'Kategorie'), list_price (as 'VK-Preis' or"
            " 'VK' or 'VK brutto'), vat_rate (as 'MwSt' or 'MwSt.' or 'MwSt-Satz') too: line 2."
        )
    ]
    assert faults("x;1\n", heading="Lieferant;Bestand", kind="stock")[1] == (
        "there is no column 'EK' or 'EK-Preis' or 'EK netto', which unit_cost would be made of: line 1."
    )


class TestLines:
    WRONG = ROW.format(1).replace("1,29", "x")

    def test_blank_ones_count(self, faults):
        (sentence,) = faults(f"\n;;\n{self.WRONG}")
        assert sentence.startswith("VK-Preis 'x' must be a price")
        assert sentence.endswith(": line 4.")

    def test_a_quote_that_is_not_closed(self, faults):
        wrong, open_quote = faults(f"{self.WRONG}{ROW.format(2).replace('Butter', chr(34))}")
        assert wrong.startswith("VK-Preis 'x' must be a price")
        assert open_quote.endswith(": line 3.")

    def test_inches_in_quotes(self, faults):
        (sentence,) = faults(ROW.format(1).replace("Butter", '"Pizza 12" frozen"'))
        assert sentence.endswith('has quotes in it that are not doubled (""): line 2.')

    def test_a_row_with_more_cells(self, faults):
        (sentence,) = faults(ROW.format(1).replace("1,29", "1;29"))
        assert sentence.startswith("the row has 9 cells and the heading 8")
