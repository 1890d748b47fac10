-- edition 1
-- What product_day says of the days from one through another, or would say of those that nobody has summed up: what was
-- charged for each product and supplier, what it cost, and what was left in the evening of each day on which anything became
-- of the product.
CREATE OR REPLACE FUNCTION product_days(since date, until date)
    RETURNS TABLE (
        product_id bigint, day date, supplier_id bigint, deposit text, quantity numeric, gross numeric, vat numeric,
        cost numeric, on_hand numeric, on_hand_cost numeric)
    LANGUAGE sql STABLE
    AS $$
        SELECT t.product_id, t.day, t.supplier_id, t.deposit, t.quantity, t.gross, t.vat, t.cost, t.on_hand, t.on_hand_cost
        FROM product_day t WHERE t.day >= since AND t.day <= until
        UNION ALL
        SELECT r.product_id, r.day, r.supplier_id, r.deposit, r.quantity, r.gross, r.vat, r.cost, r.on_hand, r.on_hand_cost
        FROM summed_until u CROSS JOIN LATERAL days_of_products(u.day, greatest(since, u.day + 1), until) r
    $$;
