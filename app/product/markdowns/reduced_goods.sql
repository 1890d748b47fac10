-- edition 1
-- The reduced goods of a product that are for sale today, as JSON: each day on them with price and quantity.
CREATE OR REPLACE FUNCTION reduced_goods(of_product bigint) RETURNS text
    LANGUAGE plpgsql STABLE
    AS $$
    BEGIN
        RETURN (
            SELECT concat('[', string_agg(concat(
                       '{"best_before":"', o.expires_on, '","price":"', o.unit_price, '","rate":"', o.rate,
                       '","quantity":"', o.available, '"}'), ',' ORDER BY o.expires_on), ']')
            FROM (
                SELECT r.expires_on, price_off(p.price, r.rate, NULL)::numeric(12,2) AS unit_price, r.rate,
                       sum(r.on_hand - r.allocated) AS available
                FROM reduced_lot r JOIN product p ON p.id = r.product_id
                WHERE r.product_id = of_product AND p.active
                GROUP BY r.expires_on, p.price, r.rate
                HAVING sum(r.on_hand - r.allocated) > 0
            ) o);
    END
    $$;
