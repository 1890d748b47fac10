"""`tidy` renews what the search goes by, in steps."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from tests.builders import insert, placed, product, rows, stocked, value


def test_tidy_has_those_found_that_were_there_before(run, fresh_database):
    made = product(fresh_database, name="Bar", ingredients="Sugar, hazelnuts")
    product(fresh_database, name="Water")
    rows(fresh_database, "UPDATE product SET search_with_ingredients = NULL")
    rows(fresh_database, "DELETE FROM product_word")
    assert "1 product made findable by its ingredients," in run("tidy").output
    before = "SELECT id, version FROM product WHERE search_with_ingredients @@ 'hazelnuts'"
    assert [(row.id, row.version) for row in rows(fresh_database, before)] == [(made.id, 1)]
    words = "SELECT count(*) FROM product_word WHERE word IN ('sugar', 'hazelnuts')"
    assert value(fresh_database, words) == 2
    assert "0 products made findable by their ingredients," in run("tidy").output


class TestSales:
    @pytest.fixture
    def sell(self, fresh_database):
        """Write down that lots' products were handed over in one purchase: `sell(lot, …, days=3)` ago."""

        def made(*lots, days=0, minutes=0):
            purchase = placed(fresh_database).id
            for lot in lots:
                insert(
                    fresh_database,
                    "stock_movement",
                    kind="sale",
                    product_id=lot.product_id,
                    stock_id=lot.id,
                    quantity=-1,
                    purchase_id=purchase,
                    at=datetime.now(UTC) - timedelta(days=days, minutes=minutes),
                )

        return made

    def ranks(self, on):
        return {
            row.product_id: row.sales
            for row in rows(on, "SELECT product_id, sales FROM sales_rank WHERE sales > 0")
        }

    def test_are_counted_once_by_purchase(self, run, fresh_database, sell):
        milk, bread = product(fresh_database), product(fresh_database)
        first, second = stocked(fresh_database, milk, 9), stocked(fresh_database, milk, 9)
        loaf = stocked(fresh_database, bread, 9)
        sell(first, second, loaf, minutes=10)
        sell(first, days=3)
        sell(loaf, days=31)
        assert "5 sales counted for the search" in run("tidy").output
        assert self.ranks(fresh_database) == {milk.id: 2, bread.id: 1}
        sell(loaf, minutes=5)
        assert "1 sale counted for the search" in run("tidy").output
        assert self.ranks(fresh_database) == {milk.id: 2, bread.id: 2}
        assert "by days" not in run("verify").output

    def test_of_this_minute_wait_as_one_before_them_may_still_come(self, run, fresh_database, sell):
        sell(stocked(fresh_database, product(fresh_database), 9))
        assert "0 sales counted for the search" in run("tidy").output

    def test_are_forgotten_after_thirty_days(self, run, fresh_database, sell):
        milk, bread = product(fresh_database), product(fresh_database)
        carton, loaf = stocked(fresh_database, milk, 9), stocked(fresh_database, bread, 9)
        sell(carton, loaf, minutes=10)
        sell(carton, days=2)
        run("tidy")
        rows(fresh_database, "UPDATE sales_of_day SET day = day - 31 WHERE day < CURRENT_DATE - 1")
        rows(
            fresh_database,
            "UPDATE sales_of_day SET day = CURRENT_DATE - 29 WHERE day >= CURRENT_DATE - 1",
        )
        run("tidy")
        assert self.ranks(fresh_database) == {milk.id: 1, bread.id: 1}
        rows(fresh_database, "UPDATE sales_of_day SET day = day - 1")
        run("tidy")
        assert self.ranks(fresh_database) == {}
        assert "by days" not in run("verify").output

    def test_are_counted_in_steps(self, fresh_database, sell):
        lots = [stocked(fresh_database, product(fresh_database), 9) for _ in range(5)]
        sell(*lots, minutes=10)
        counts = [value(fresh_database, "SELECT count_sales(2)") for _ in range(4)]
        assert counts == [2, 2, 1, 0]
        assert self.ranks(fresh_database) == {lot.product_id: 1 for lot in lots}

    def test_are_left_to_who_counts_already(self, fresh_database, sell):
        sell(stocked(fresh_database, product(fresh_database), 9), minutes=10)
        with closing(psycopg2.connect(fresh_database.owner_url)) as other:
            other.cursor().execute("SELECT count_sales(500)")
            assert value(fresh_database, "SELECT count_sales(500)") == 0
            other.commit()
        assert value(fresh_database, "SELECT count_sales(500)") == 0
        assert len(self.ranks(fresh_database)) == 1

    def test_that_do_not_add_up_are_named(self, run, fresh_database, sell):
        lot = stocked(fresh_database, product(fresh_database), 9)
        sell(lot, minutes=10)
        run("tidy")
        rows(fresh_database, "UPDATE sales_rank SET sales = 7")
        result = run("verify")
        assert result.exit_code == 1
        assert f"product {lot.product_id}" in result.output
        assert "7 sales, and 1 by days" in result.output
