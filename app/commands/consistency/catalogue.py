"""What must be true of what the catalogue keeps twice."""

from app.commands.consistency.rule import Rule

RULES = (
    Rule(
        "each barcode of a product, and nothing else, is found as one",
        """
        SELECT 'barcode ' || gtin14, CASE
            WHEN f.product_id IS NULL THEN 'of product ' || p.code || ' is not found'
            WHEN w.product_id IS NULL THEN 'is found as one of product ' || p.code || ', which does not have it'
            ELSE 'of product ' || p.code || ' on ' || w.pieces || ' pieces is found as one on ' || f.pieces END
        FROM (
            SELECT b.gtin14, b.pieces, p.id AS product_id
            FROM product p CROSS JOIN LATERAL barcodes_of(p.gtin, p.other_barcodes) b
        ) w
        FULL JOIN barcode f USING (gtin14, product_id)
        JOIN product p ON p.id = product_id
        WHERE f.pieces IS DISTINCT FROM w.pieces
        """,
    ),
    Rule(
        "what a product sold in thirty days is the sum of the days",
        """
        SELECT 'product ' || product_id, coalesce(r.sales, 0) || ' sales, and ' || coalesce(d.sales, 0) || ' by days'
        FROM sales_rank r
        FULL JOIN (SELECT product_id, sum(sales) AS sales FROM sales_of_day GROUP BY product_id) d USING (product_id)
        WHERE coalesce(r.sales, 0) <> coalesce(d.sales, 0)
        """,
    ),
)
