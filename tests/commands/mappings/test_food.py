"""Food information by the ready mappings: what can be read is taken, and nothing is guessed."""

import pytest

from tests.builders import deposit, rows

HEADING = "Artikelnummer;Bezeichnung;Warengruppe;VK-Preis;MwSt"
KEPT = (
    "SELECT net_quantity::float AS quantity, net_unit, ingredients, allergens, diets, nutrition, origin, storage, alcohol,"
    " min_age, d.code AS deposit FROM product LEFT JOIN deposit d ON d.id = deposit_id ORDER BY product.code"
)
DECLARED = {
    "energy_kj": "2252", "energy_kcal": "539", "fat": "30.90", "saturates": "10.60", "carbohydrate": "57.50",
    "sugars": "56.30", "protein": "6.30", "salt": "0.11",
}  # fmt: skip

ON_THE_PACKAGE = (
    "Brennwert 2.252 kJ / 539 kcal, Fett 30,9 g, davon gesättigte Fettsäuren 10,6 g, Kohlenhydrate 57,5 g,"
    " davon Zucker 56,3 g, Eiweiß 6,3 g, Salz 0,107 g"
)
HEADINGS_OF_OFF = (
    "code product_name list_price vat_rate pnns_groups_2 quantity product_quantity product_quantity_unit ingredients_text"
    " allergens traces_tags origins conservation_conditions labels_tags ingredients_analysis_tags energy-kj_100g"
    " energy-kcal_100g fat_100g saturated-fat_100g carbohydrates_100g sugars_100g proteins_100g salt_100g alcohol_100g"
)  # fmt: skip
GOOD = {
    "quantity": "33 cl", "ingredients_text": "Sugar", "allergens": "en:milk,en:nuts,en:beef", "traces_tags": "en:milk,en:soybeans",
    "origins": "France", "conservation_conditions": "Cool", "labels_tags": "en:organic,en:halal",
    "ingredients_analysis_tags": "en:palm-oil,en:maybe-vegan,en:vegetarian", "energy-kj_100g": "2252.4",
    "energy-kcal_100g": "539", "fat_100g": "30.9", "saturated-fat_100g": "10.6", "carbohydrates_100g": "57.5",
    "sugars_100g": "56.299999", "proteins_100g": "6.3", "salt_100g": "0.107", "alcohol_100g": "4.9000001",
}  # fmt: skip

INCOMPLETE = (
    "energy-kj_100g + energy-kcal_100g + saturated-fat_100g + carbohydrates_100g + sugars_100g + proteins_100g + salt_100g"
    " '2252.4 539 10.6 57.5 56.299999 6.3 0.107'"
)


@pytest.fixture
def german(take, groceries):
    """Import products of these headings and cells, beside those that every product has."""

    def call(headings, *rows):
        lines = (f"p{n};Name;Käse;1,29;7;{row}\n" for n, row in enumerate(rows))
        return take("products", f"{HEADING};{headings}\n{''.join(lines)}").output

    return call


def kept(on):
    return [vars(row) for row in rows(on, KEPT)]


def declared(row):
    return {name: amount for name, amount in row["nutrition"].items() if amount is not None}


class TestGerman:
    def test_all_of_it(self, german, fresh_database):
        deposit(fresh_database, code="0-25")
        said = german(
            "Zutaten;Allergene;Spuren;Füllmenge;Herkunft;Lagerung;Alkohol;Mindestalter;Pfand",
            "Hafer, Salz;Hafer, Milch;Milch, Schalenfrüchte;6 x 0,33 l;Polen;Kühl;4,9 % vol;ab 16;0,25 €",
            ";keine;;500 g;;;0;0;0,00 €",
        )
        assert "2 created" in said
        full, empty = kept(fresh_database)
        assert full == {
            "quantity": 1.98, "net_unit": "l", "ingredients": "Hafer, Salz",
            "allergens": {"gluten": "contains", "milk": "contains", "nuts": "may_contain"}, "diets": [], "nutrition": None,
            "origin": "Polen", "storage": "Kühl", "alcohol": "4.9", "min_age": 16, "deposit": "0-25",
        }  # fmt: skip
        assert (empty["quantity"], empty["net_unit"], empty["allergens"]) == (500, "g", {})
        assert (empty["alcohol"], empty["min_age"], empty["deposit"]) == (None, None, None)

    @pytest.mark.parametrize(
        ("headings", "row"),
        [
            (
                "Nährwerte",
                ON_THE_PACKAGE,
            ),
            (
                "Brennwert;Fett;davon gesättigte Fettsäuren;Kohlenhydrate;Zucker;Eiweiß;Salz",
                "2252 kJ / 539 kcal;30,9;10,6 g;57,5;56,3;6,3;0,107",
            ),
            (
                "Brennwert kJ;Brennwert kcal;Fett (g);Gesättigte Fettsäuren;Kohlenhydrate;Zucker;Protein;Salz;Ballaststoffe",
                "2252;539;30,9;10,6 g;57,5;56,3;6,3;0,107;",
            ),
        ],
    )
    def test_nutrition_in_one_cell_or_in_many(self, german, fresh_database, headings, row):
        assert "1 created" in german(headings, row)
        (found,) = kept(fresh_database)
        assert declared(found) == DECLARED

    @pytest.mark.parametrize(
        ("heading", "cell", "fault"),
        [
            ("Füllmenge", "500", "Füllmenge '500' must be g, kg, ml or l, if net_quantity is given: line 2."),
            ("Inhalt", "ca. 3 l", "Inhalt 'ca. 3 l' must be what is in a piece, like 500 or 1.5: line 2."),
            ("Allergene", "Milch, Schalentiere", "Allergene 'Milch, Schalentiere' (allergens 'contains: milk, Schalentiere') must be allergens of"),
            ("Nährwerte", "siehe Packung", "Nährwerte 'siehe Packung' must be what is in 100 g or 100 ml"),
            ("Nährwerte", "2252 kJ, 539 kcal", "Nährwerte lacks fat: line 2."),
            ("Alkohol", "stark", "Alkohol 'stark' must be per cent by volume from 0 to 100, like 4.9: line 2."),
            ("Mindestalter", "alt", "Mindestalter 'alt' must be a whole number of years from 1 to 99: line 2."),
            ("Pfand", "0,08", "Pfand '0,08' (deposit '0-08') is not known: line 2."),
        ],
    )  # fmt: skip
    def test_what_is_not_clear_is_refused(self, german, fresh_database, heading, cell, fault):
        assert f"p.csv: {fault}" in german(heading, cell)
        assert kept(fresh_database) == []


class TestOpenFoodFacts:
    @pytest.fixture
    def off(self, take, groceries):
        """Import products by the mapping: of these cells each, and of what every product has."""

        def call(*products):
            lines = ["\t".join(HEADINGS_OF_OFF.split())]
            for n, cells in enumerate(products):
                given = {
                    "code": f"401234500{n:03}",
                    "product_name": "N",
                    "list_price": "1",
                    "vat_rate": "7",
                    "pnns_groups_2": "kaese",
                }
                lines.append(
                    "\t".join((given | cells).get(name, "") for name in HEADINGS_OF_OFF.split())
                )
            text = (
                "\n".join(lines)
                .replace("401234500000", "4006381333931")
                .replace("401234500001", "96385074")
            )
            return take("products", f"{text}\n", "open-food-facts").output

        return call

    def test_all_of_it(self, off, fresh_database):
        assert off(GOOD).splitlines() == [
            "p.csv: Not in the file, and taken from the mapping for what is new: unit 'piece'.",
            "p.csv: 1 row, 1 created, 0 changed, 0 unchanged.",
        ]
        (found,) = kept(fresh_database)
        assert declared(found) == DECLARED
        del found["nutrition"]
        assert found == {
            "quantity": 330, "net_unit": "ml", "ingredients": "Sugar", "diets": ["halal", "vegetarian"],
            "allergens": {"milk": "contains", "nuts": "contains", "soybeans": "may_contain"},
            "origin": "France", "storage": "Cool", "alcohol": "4.9", "min_age": None, "deposit": None,
        }  # fmt: skip

    def test_an_amount_that_it_has_read_itself(self, off, fresh_database):
        off({"quantity": "16 oz", "product_quantity": "453.6", "product_quantity_unit": "g"})
        (found,) = kept(fresh_database)
        assert (found["quantity"], found["net_unit"]) == (453.6, "g")

    def test_what_is_not_right_is_left_out_and_named(self, off, fresh_database):
        wrong = {
            "quantity": "a jar", "product_quantity": "400", "allergens": "en:milk,fr:noisettes", "fat_100g": "",
            "origins": "x" * 301, "alcohol_100g": "101",
        }  # fmt: skip
        said = off(GOOD | wrong, {"quantity": "16 oz"})
        assert [
            line.split("Left out: ")[1] for line in said.splitlines() if "Left out" in line
        ] == [
            "net_quantity of 2 rows, which it cannot be made of, the first product_quantity + quantity '400 a jar'.",
            "net_unit of 2 rows, which it cannot be made of, the first product_quantity + quantity '400 a jar'.",
            "allergens of 1 row, which it cannot be made of, the first allergens + traces_tags 'en:milk,fr:noisettes en:milk,en:soybeans'.",
            f"nutrition of 1 row, which it cannot be made of, the first {INCOMPLETE}.",
            f"origin of 1 row, which it cannot be made of, the first origins '{'x' * 60}…'.",
            "alcohol of 1 row, which it cannot be made of, the first alcohol_100g '101'.",
        ]
        found = kept(fresh_database)
        assert [row["quantity"] for row in found] == [None, None]
        assert {
            "allergens": {},
            "nutrition": None,
            "origin": "",
            "storage": "Cool",
            "alcohol": None,
        }.items() <= found[0].items()
