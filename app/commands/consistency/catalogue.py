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
    Rule(
        "a product has the discounts that are on it, but for those that ended since tidy ran",
        """
        SELECT 'product ' || code, 'discounts ' || held::text || ', on it are ' || meant::text || '; tidy mends that'
        FROM (
            SELECT p.code, discounts_of(p.code, p.brand_id, p.category_id, p.discount_id) AS meant, ARRAY(
                SELECT d.id FROM discount_set s JOIN discount d ON d.id = ANY (s.discounts)
                WHERE s.id = p.discount_set AND d.active AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE) ORDER BY d.id) AS held
            FROM product p
        ) p
        WHERE held <> meant
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
