-- edition 1
-- What was asked of suppliers and has not come yet, for each product that there is any of. A draft was not asked of anybody.
CREATE OR REPLACE VIEW on_order WITH (security_invoker = true) AS
    SELECT i.product_id, sum(i.quantity - i.received) AS quantity
    FROM invoice_request_line i
    WHERE i.received < i.quantity
      AND (SELECT r.status FROM invoice_request r WHERE r.id = i.invoice_request_id LIMIT 1) IN ('open', 'partly_received')
    GROUP BY i.product_id;
