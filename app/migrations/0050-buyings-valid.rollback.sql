ALTER TABLE supplier
    DROP CONSTRAINT supplier_lead_days_check,
    ADD CONSTRAINT supplier_lead_days_check CHECK (lead_days >= 0 AND lead_days <= 90) NOT VALID,
    DROP CONSTRAINT supplier_delivery_days_check,
    ADD CONSTRAINT supplier_delivery_days_check CHECK (
        delivery_days <@ '["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]') NOT VALID,
    DROP CONSTRAINT supplier_least_order_check,
    ADD CONSTRAINT supplier_least_order_check CHECK (least_order >= 0 AND least_order < 'NaN') NOT VALID;
ALTER TABLE invoice_request
    DROP CONSTRAINT invoice_request_status_check,
    ADD CONSTRAINT invoice_request_status_check CHECK (
        status IN ('draft', 'open', 'partly_received', 'received', 'cancelled')) NOT VALID,
    DROP CONSTRAINT invoice_request_expected_on_check,
    ADD CONSTRAINT invoice_request_expected_on_check CHECK (isfinite(expected_on)) NOT VALID;
ALTER TABLE invoice_request_line
    DROP CONSTRAINT invoice_request_line_received_check,
    ADD CONSTRAINT invoice_request_line_received_check CHECK (received >= 0 AND received < 'NaN') NOT VALID,
    DROP CONSTRAINT invoice_request_line_article_number_check,
    ADD CONSTRAINT invoice_request_line_article_number_check CHECK (length(article_number) BETWEEN 1 AND 40) NOT VALID,
    DROP CONSTRAINT invoice_request_line_pack_check,
    ADD CONSTRAINT invoice_request_line_pack_check CHECK (pack >= 0.001 AND pack < 'NaN') NOT VALID;
