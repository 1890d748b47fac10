-- depends: 0048-counter-indexed

ALTER TABLE cart VALIDATE CONSTRAINT cart_status_check,
    VALIDATE CONSTRAINT cart_owner_check;
ALTER TABLE purchase VALIDATE CONSTRAINT purchase_total_check,
    VALIDATE CONSTRAINT purchase_vat_total_check;
ALTER TABLE purchase_line VALIDATE CONSTRAINT purchase_line_kind_check,
    VALIDATE CONSTRAINT purchase_line_price_check,
    VALIDATE CONSTRAINT purchase_line_unit_price_check,
    VALIDATE CONSTRAINT purchase_line_total_check,
    VALIDATE CONSTRAINT purchase_line_vat_amount_check;
ALTER TABLE document VALIDATE CONSTRAINT document_session_id_fkey,
    VALIDATE CONSTRAINT document_total_check;
ALTER TABLE document_line VALIDATE CONSTRAINT document_line_total_check;
ALTER TABLE document_vat VALIDATE CONSTRAINT document_vat_gross_check,
    VALIDATE CONSTRAINT document_vat_vat_check;
ALTER TABLE document_series VALIDATE CONSTRAINT document_series_series_check;
