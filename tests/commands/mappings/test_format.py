"""A wrong mapping ends with one sentence that names the key."""

import tomllib

import pytest

from app.commands.mappings.finding import READY, find_mapping
from app.commands.mappings.format import MappingError, MappingFile


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[goods]", "goods is no key of a mapping."),
        ("[products]", "products.columns is missing."),
        ("[products.columns]\ncode = 5", "products.columns.code must be a heading, a list of headings, or a table."),
        ("[products.columns]\nprice = 'P'", "products.columns.price is none of products; those are code, "),
        ("[products.columns]\ncode = { form = 'P' }", "products.columns.code.form is no key of a mapping."),
        ("[products.columns]\ncode = { from = '' }", "products.columns.code.from.0 must have at least 1 character."),
        ("[products.columns]\ncode = { from = 'P', slug = 'yes' }", "products.columns.code.slug must be a valid boolean."),
        ("[products.columns]\ncode = { from = 'P', percent = true }", "products.columns.code.percent is for numbers."),
        ("[products.columns]\nname = { from = 'P', round = 2 }", "products.columns.name.round is for numbers."),
        ("[products.columns]\nvat_rate = { default = 7 }", "products.columns.vat_rate.default must be a rate from 0 to below 1"),
        ("[products]\nneeds = 'price'\n[products.columns]", "products.needs: price is none of products; those are code, "),
        ("[products.columns]\nname = ['Name', 'Pass-Word']", "products.columns.name.from names a password, and those are never imported."),
        ("[products.columns]\nname = { from = 'P', find = '[' }", "products.columns.name.find must be a regular expression with a group."),
        ("[products.columns]\nname = { from = 'P', find = 'x' }", "products.columns.name.find must be a regular expression with a group."),
        ("[products.columns]\nname = { from = 'P', find = 5 }", "products.columns.name.find must be a regular expression with a group."),
        ("[products.columns]\nname = { from = 'P', measure = 'x' }", "products.columns.name.measure must be 'number' or 'unit'."),
        ("[products.columns]\nname = { from = 'P', parts = [{ from = 'Q' }] }", "products.columns.name.from is for a column without parts."),
        ("[products.columns]\nname = { parts = [{ default = 'Q' }] }", "products.columns.name.parts.0.default is no key of a mapping."),
        ("[products.columns]\nname = { parts = [{ from = 'Passwort' }] }", "products.columns.name.from names a password, and those are never imported."),
        ("[file]\ndecimal = ';'", "file.decimal must be '.' or ','."),
        ("[file]\ndecimal = ','\nthousands = ','", "file.thousands must be another mark than decimal."),
        ("[file]\ndelimiter = '||'", "file.delimiter must be one sign, and no quote."),
        ("[file]\nencoding = 'utf-9'", "file.encoding must be an encoding like utf-8 or cp1252."),
        ("[file]\nencoding = 'base64'", "file.encoding must be an encoding like utf-8 or cp1252."),
        ("[file]\ndates = '%d.%m'", "file.dates.0 must have a day, a month and a year, as %d/%m/%Y has."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_key(content, sentence):
    with pytest.raises(MappingError) as raised:
        MappingFile("m.toml", tomllib.loads(content))
    assert raised.value.message.startswith(f"m.toml: {sentence}")


def test_a_number_may_be_written_as_one():
    mapping = MappingFile("m", {"products": {"columns": {"vat_rate": {"default": 0.07}}}})
    assert mapping.of("products").columns["vat_rate"].default == "0.07"


@pytest.mark.parametrize("name", READY)
def test_the_ready_ones_are_right(name):
    assert find_mapping(name).of("products").columns["code"].headings


class TestFinding:
    def test_a_name_that_nothing_has(self):
        with pytest.raises(
            MappingError,
            match="no mapping none: neither a file nor one of de, open-food-facts, seed",
        ):
            find_mapping("none")

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ("[products", "m.toml is no TOML: Expected ']' at the end of a table declaration"),
            (b"[\xff]", "m.toml is not UTF-8."),
        ],
    )
    def test_a_file_that_cannot_be_read(self, write, content, sentence):
        with pytest.raises(MappingError) as raised:
            find_mapping(str(write("m.toml", content)))
        assert raised.value.message.startswith(sentence)

    def test_a_kind_that_it_says_nothing_of(self, write):
        mapping = find_mapping(str(write("m.toml", "[brands.columns]\ncode = 'c'")))
        with pytest.raises(MappingError, match="says nothing of stock, only of brands"):
            mapping.of("stock")
