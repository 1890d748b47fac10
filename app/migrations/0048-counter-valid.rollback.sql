ALTER TABLE cart
    DROP CONSTRAINT cart_status_check,
    ADD CONSTRAINT cart_status_check CHECK (status IN ('open', 'checked_out', 'sale')) NOT VALID,
    DROP CONSTRAINT cart_owner_check,
    ADD CONSTRAINT cart_owner_check CHECK ( num_nonnulls(token_hash, customer_id) = CASE status WHEN 'sale' THEN 0 ELSE 1 END) NOT VALID;
ALTER TABLE purchase
    DROP CONSTRAINT purchase_total_check,
    ADD CONSTRAINT purchase_total_check CHECK ((total >= 0 OR contact_name IS NULL) AND total < 'NaN') NOT VALID,
    DROP CONSTRAINT purchase_vat_total_check,
    ADD CONSTRAINT purchase_vat_total_check CHECK ( CASE WHEN contact_name IS NULL THEN vat_total < 'NaN' ELSE vat_total >= 0 AND vat_total <= total END) NOT VALID;
ALTER TABLE purchase_line
    DROP CONSTRAINT purchase_line_kind_check,
    ADD CONSTRAINT purchase_line_kind_check CHECK ( num_nonnulls(product_id, deposit_of) = CASE WHEN price < 0 THEN 0 ELSE 1 END) NOT VALID,
    DROP CONSTRAINT purchase_line_price_check,
    ADD CONSTRAINT purchase_line_price_check CHECK (price < 'NaN') NOT VALID,
    DROP CONSTRAINT purchase_line_unit_price_check,
    ADD CONSTRAINT purchase_line_unit_price_check CHECK ( CASE WHEN price < 0 THEN unit_price = price ELSE unit_price >= 0 AND unit_price <= price END) NOT VALID,
    DROP CONSTRAINT purchase_line_total_check,
    ADD CONSTRAINT purchase_line_total_check CHECK (CASE WHEN price < 0 THEN total < 0 ELSE total >= 0 END AND total < 'NaN') NOT VALID,
    DROP CONSTRAINT purchase_line_vat_amount_check,
    ADD CONSTRAINT purchase_line_vat_amount_check CHECK ( CASE WHEN price < 0 THEN vat_amount <= 0 AND vat_amount >= total ELSE vat_amount >= 0 AND vat_amount <= total END) NOT VALID;
ALTER TABLE document
    DROP CONSTRAINT document_session_id_fkey,
    ADD CONSTRAINT document_session_id_fkey FOREIGN KEY (session_id) REFERENCES till_session NOT VALID,
    DROP CONSTRAINT document_total_check,
    ADD CONSTRAINT document_total_check CHECK ((total >= 0 OR kind = 'invoice') AND total < 'NaN') NOT VALID;
ALTER TABLE document_line
    DROP CONSTRAINT document_line_total_check,
    ADD CONSTRAINT document_line_total_check CHECK ((total >= 0 OR quantity > 0) AND total < 'NaN') NOT VALID;
ALTER TABLE document_vat
    DROP CONSTRAINT document_vat_gross_check,
    ADD CONSTRAINT document_vat_gross_check CHECK (gross < 'NaN') NOT VALID,
    DROP CONSTRAINT document_vat_vat_check,
    ADD CONSTRAINT document_vat_vat_check CHECK ( CASE WHEN gross < 0 THEN vat <= 0 AND vat >= gross ELSE vat >= 0 AND vat <= gross END) NOT VALID;
ALTER TABLE document_series
    DROP CONSTRAINT document_series_series_check,
    ADD CONSTRAINT document_series_series_check CHECK (series ~ '^[a-z0-9][a-z0-9-]{0,59}$') NOT VALID;
