-- edition 1
-- Whether quantities are kept in the unit of a product: of its stock, of what is asked of suppliers, of how they sell it, or of a count.
CREATE OR REPLACE FUNCTION unit_in_use(of_product bigint) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
        SELECT EXISTS (SELECT FROM stock s WHERE s.product_id = of_product)
            OR EXISTS (SELECT FROM supplier_article a WHERE a.product_id = of_product)
            OR EXISTS (SELECT FROM stock_count_product c WHERE c.product_id = of_product AND c.open)
            OR EXISTS (
                SELECT FROM invoice_request_line i JOIN invoice_request r ON r.id = i.invoice_request_id
                WHERE i.product_id = of_product AND i.received < i.quantity AND r.status IN ('draft', 'open', 'partly_received'))
    $$;
