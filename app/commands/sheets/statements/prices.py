"""List prices of days to come."""

from collections.abc import Sequence

from psycopg2 import extensions

from app.commands.sheets.kinds import PRICES
from app.commands.sheets.plans.prices import Repricing
from app.commands.sheets.statements.staging import stage


def plan_prices(cursor: extensions.cursor, repricings: Sequence[Repricing]) -> None:
    """Have products listed at these prices from these days on, and at no others. Raises MeanwhileError, and psycopg2's errors.

    What is due, and waits for the first request of the day, stays.
    """
    stage(cursor, PRICES, PRICES.columns, [line.values for one in repricings for line in one.lines])
    cursor.execute(
        """
        SELECT FROM product WHERE id IN (SELECT product_id FROM incoming)
        ORDER BY id FOR NO KEY UPDATE
        """
    )
    cursor.execute(
        """
        WITH dropped AS (
            DELETE FROM coming_price c USING (SELECT DISTINCT product_id FROM incoming) p
            WHERE c.product_id = p.product_id AND c.starts_on > CURRENT_DATE AND NOT EXISTS (
                SELECT FROM incoming i WHERE (i.product_id, i.starts_on) = (c.product_id, c.starts_on))
        ), planned AS (
            INSERT INTO coming_price AS c (product_id, starts_on, price)
            SELECT product_id, starts_on, price FROM incoming
            ON CONFLICT (product_id, starts_on) DO UPDATE SET price = EXCLUDED.price, login_id = NULL
            WHERE c.price <> EXCLUDED.price
        )
        INSERT INTO audit_log (action, subject, detail)
        SELECT 'product.prices_planned', 'product:' || product, jsonb_object_agg(starts_on, price::text)
        FROM incoming GROUP BY product ORDER BY min(place)
        """
    )
