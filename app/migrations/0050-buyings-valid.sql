-- depends: 0050-buyings-indexed

ALTER TABLE supplier VALIDATE CONSTRAINT supplier_lead_days_check,
    VALIDATE CONSTRAINT supplier_delivery_days_check,
    VALIDATE CONSTRAINT supplier_least_order_check;
ALTER TABLE invoice_request VALIDATE CONSTRAINT invoice_request_status_check,
    VALIDATE CONSTRAINT invoice_request_expected_on_check;
ALTER TABLE invoice_request_line VALIDATE CONSTRAINT invoice_request_line_received_check,
    VALIDATE CONSTRAINT invoice_request_line_article_number_check,
    VALIDATE CONSTRAINT invoice_request_line_pack_check;
