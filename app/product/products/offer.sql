-- edition 4
-- The price that a product is listed and charged at today, with what else a basket's line says of the product, and the
-- deposit on it, the age that a buyer must have, and the discount that makes the price: a view that joins what its reader has
-- joined already is looked up twice.
-- A session's CURRENT_DATE is the shop's today, because its time zone is the shop's.
CREATE OR REPLACE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(d.unit_price, p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id,
           p.code, p.name, p.unit, p.price, p.vat_rate, p.active,
           p.deposit_id, e.code AS deposit_code, e.name AS deposit_name, e.amount AS deposit_amount, e.vat_rate AS deposit_vat_rate, p.min_age,
           p.discount_set, d.terms AS discount_terms
    FROM product p
    LEFT JOIN LATERAL (
        SELECT t.id, t.rate, t.terms, price_off(p.price, t.rate, t.amount) AS unit_price
        FROM discount_set s JOIN discount_today t ON t.id = ANY (s.discounts)
        WHERE s.id = p.discount_set AND t.buy IS NULL
        ORDER BY unit_price, t.id LIMIT 1) d ON true
    LEFT JOIN deposit e ON e.id = p.deposit_id;
