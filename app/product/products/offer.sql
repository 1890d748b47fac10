-- edition 3
-- The price that a product is listed and charged at today, with what else a basket's line says of the product, and the
-- deposit on it, and the age that a buyer must have: a view that joins what its reader has joined already is looked up twice.
-- A session's CURRENT_DATE is the shop's today, because its time zone is the shop's.
CREATE OR REPLACE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(reduced_price(p.price, d.rate), p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id,
           p.code, p.name, p.unit, p.price, p.vat_rate, p.active,
           p.deposit_id, e.code AS deposit_code, e.name AS deposit_name, e.amount AS deposit_amount, e.vat_rate AS deposit_vat_rate, p.min_age
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE)
    LEFT JOIN deposit e ON e.id = p.deposit_id;
