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
        "what the markdowns come to for each category is kept as they say",
        """
        SELECT 'category ' || c.code, 'with ' || days_left || ' days left ' || coalesce(k.rate::text, 'nothing')
            || ', by the rules ' || coalesce(w.rate::text, 'nothing')
        FROM markdown_of_category w
        FULL JOIN markdown_step k USING (category_id, days_left)
        JOIN category c ON c.id = category_id
        WHERE k.rate IS DISTINCT FROM w.rate
        """,
    ),
)
