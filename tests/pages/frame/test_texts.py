"""The words of pages: all of them have a translation, and every page can be had in it."""

import httpx
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.pages.frame.formats import Formats
from app.pages.frame.texts import DIRECTORY
from tests.builders import on_sale
from tests.support.asgi import running
from tests.support.html import Page

PAGES = DIRECTORY.parent
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}


def messages():
    """Return all that templates and modules say."""
    found = extract_from_dir(PAGES, METHODS, OPTIONS, keywords={"_": None})
    return {message for _, _, message, _, _ in found}


@pytest.mark.parametrize("language", ["de"])
class TestTranslations:
    def test_there_is_one_of_each_message_and_of_no_other(self, language):
        with (DIRECTORY / f"{language}.po").open("rb") as opened:
            catalogue = {each.id: each.string for each in read_po(opened) if each.id}
        assert messages() == catalogue.keys()
        assert [message for message, said in catalogue.items() if not said] == []

    def test_names_in_them_are_the_same(self, language):
        with (DIRECTORY / f"{language}.po").open("rb") as opened:
            wrong = [
                each.id
                for each in read_po(opened)
                if each.id
                and sorted(each.id.split("%(")[1:])
                and _names(each.id) != _names(each.string)
            ]
        assert wrong == []


def _names(message):
    return {part.partition(")")[0] for part in message.split("%(")[1:]}


@pytest.mark.parametrize("path", ["/", "/products", "/basket", "/login", "/register"])
async def test_a_german_shop_speaks_german(make_settings, database, path):
    from app.factory import create_app, create_asgi_app

    on_sale(database, price="1.99")
    settings = make_settings(shop={"locale": "de-DE"})
    async with running(create_asgi_app(create_app(settings))) as shop:
        transport = httpx.ASGITransport(app=shop)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            answer = await client.get(path)
    page = Page(answer.text)
    assert page.all("html")[0][0] == {"lang": "de"}
    assert page.links["Zum Inhalt"] == "#main"


def plain(text):
    """Return a text with blanks that may be broken."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


class TestFormats:
    @pytest.mark.parametrize(
        ("locale", "money", "quantity", "share", "day", "time"),
        [
            ("en-GB", "€1,234.50", "1.5", "15%", "Mon 30 Nov", "14:30"),
            ("de-DE", "1.234,50 €", "1,5", "15 %", "Mo., 30. Nov.", "14:30"),
        ],
    )
    def test_are_the_regions(self, locale, money, quantity, share, day, time):
        formats = Formats(locale, "EUR", "Europe/Berlin")
        assert plain(formats.money("1234.50")) == money
        assert formats.quantity("1.500") == quantity
        assert plain(formats.share("0.1500")) == share
        assert formats.day("2026-11-30") == day
        assert formats.time("2026-11-30T13:30:00Z") == time
