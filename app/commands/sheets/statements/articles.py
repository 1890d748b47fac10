"""What suppliers sell."""

from collections.abc import Sequence

from psycopg2 import extensions

from app.commands.sheets.buying import ARTICLES
from app.commands.sheets.columns import Column
from app.commands.sheets.plans.articles import OfProduct
from app.commands.sheets.statements.staging import as_json, stage

# S608 below: all of this SQL is made of the names in buying.py.


def offer(
    cursor: extensions.cursor, products: Sequence[OfProduct], columns: Sequence[Column]
) -> None:
    """Say how suppliers sell products; of what they sell already, as `columns` alone have it.

    Who is preferred takes that from others. Raises MeanwhileError, and psycopg2's errors.
    """
    stage(cursor, ARTICLES, ARTICLES.columns, [line.values for lines in products for line in lines])
    # As whoever says it by the API does: who changes what is sold of a product has the product.
    cursor.execute(
        """
        SELECT FROM product WHERE id IN (SELECT product_id FROM incoming)
        ORDER BY id FOR NO KEY UPDATE
        """
    )
    cursor.execute(
        """
        UPDATE supplier_article a SET preferred = false FROM incoming i
        WHERE a.product_id = i.product_id AND a.supplier_id <> i.supplier_id AND a.preferred AND i.preferred
          AND (%s OR NOT EXISTS (
              SELECT FROM supplier_article o WHERE (o.supplier_id, o.product_id) = (i.supplier_id, i.product_id)))
        """,
        (any(column.name == "preferred" for column in columns),),
    )
    stored = ", ".join(column.stored for column in ARTICLES.columns)
    given = [column.stored for column in columns if column.name not in ARTICLES.key]
    values = ", ".join(f"{name} = excluded.{name}" for name in given)
    cursor.execute(
        f"""
        INSERT INTO supplier_article ({stored}) SELECT {stored} FROM incoming ORDER BY place
        ON CONFLICT ON CONSTRAINT supplier_article_product_key DO {f"UPDATE SET {values}" if given else "NOTHING"}
        """  # noqa: S608 - as above
    )
    detail = ", ".join(f"'{c.name}', {as_json(c, 'a')}" for c in ARTICLES.columns[1:])
    cursor.execute(
        f"""
        INSERT INTO audit_log (action, subject, detail)
        SELECT 'supplier.article_put', 'supplier:' || i.supplier, jsonb_build_object({detail})
        FROM incoming i JOIN supplier_article a USING (supplier_id, product_id) ORDER BY i.place
        """  # noqa: S608 - as above
    )
