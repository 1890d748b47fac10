"""What the shop says of itself."""

import pytest

from app.core.settings import SettingsError
from app.shop.schemas import ShopProfile
from tests.support.clients import client_at, shop_with

SHOP = "/api/v1/shop"


class TestShop:
    async def test_anybody_reads_it_and_keeps_it(self, client):
        answer = await client.get(SHOP)
        found = ShopProfile.model_validate_json(answer.content)
        assert (found.currency, found.time_zone) == ("EUR", "Europe/Berlin")
        again = await client.get(SHOP, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    async def test_says_what_the_settings_say(self, make_settings):
        shop = {
            "name": "Corner",
            "locale": "de-DE",
            "opening_hours": "Mo-Fr 08:00-20:00, Sa 08:00-24:00",
            "max_cart_lines": 7,
            "max_quantity": "12.5",
            "minutes_to_pay": 90,
            "guest_minutes_to_pay": 20,
            "days_to_collect": 5,
            "cash_rounding": "0.05",
        }
        settings = make_settings(shop=shop, stock={"waste_reasons": "mouldy, eaten"})
        async with shop_with(settings) as started, client_at(started) as client:
            found = (await client.get(SHOP)).json()
        assert found == {
            "name": "Corner",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "cash_rounding": "0.05",
            "locale": "de-DE",
            "opening_hours": ["Mo-Fr 08:00-20:00", "Sa 08:00-24:00"],
            "order": {
                "max_lines": 7,
                "max_quantity": "12.500",
                "minutes_to_pay": 90,
                "guest_minutes_to_pay": 20,
                "days_to_collect": 5,
                "guest_contact": ["contact_name", "contact_phone"],
            },
            "waste_reasons": ["mouldy", "eaten"],
        }

    @pytest.mark.parametrize(
        "wrong",
        [
            {"opening_hours": ["Mo-Fr 8-20"]},
            {"opening_hours": ["Mo 08:00-25:00"]},
            {"opening_hours": 8},
            {"locale": "german"},
        ],
    )
    def test_wrong_settings_are_refused(self, make_settings, wrong):
        with pytest.raises(SettingsError, match=rf"shop\.{next(iter(wrong))}"):
            make_settings(shop=wrong)
