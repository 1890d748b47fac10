"""Opening stock, lot by lot."""

from collections.abc import Sequence

from psycopg2 import extensions

from app.commands.sheets.buying import STOCK
from app.commands.sheets.plans.opening import Lots
from app.commands.sheets.statements.staging import MeanwhileError, stage


def receive(cursor: extensions.cursor, products: Sequence[Lots]) -> None:
    """Receive opening stock. Raises MeanwhileError, also if a product has got stock, and psycopg2's errors."""
    lots = [lot.values for of_product in products for lot in of_product]
    stage(cursor, STOCK, [c for c in STOCK.columns if c.name not in STOCK.only_in], lots)
    # Levels first, in the order in which everybody locks them.
    cursor.execute(
        """
        SELECT FROM stock_level WHERE product_id IN (SELECT product_id FROM incoming)
        ORDER BY product_id FOR UPDATE
        """
    )
    cursor.execute(
        """
        WITH given AS MATERIALIZED (
            SELECT nextval(pg_get_serial_sequence('stock', 'id')) AS id, i.* FROM (
                SELECT * FROM incoming i
                WHERE NOT EXISTS (SELECT FROM stock_movement m WHERE m.product_id = i.product_id)
                ORDER BY i.place
            ) i
        ), lot AS (
            INSERT INTO stock (id, product_id, supplier_id, unit_cost, expires_on) OVERRIDING SYSTEM VALUE
            SELECT id, product_id, supplier_id, unit_cost, expires_on FROM given
        )
        INSERT INTO stock_movement (kind, product_id, stock_id, quantity, reason)
        SELECT 'receipt', product_id, id, on_hand, 'opening stock' FROM given ORDER BY id
        """
    )
    if cursor.rowcount != len(lots):
        raise MeanwhileError
