-- depends: 0046-picking-valid

-- What was sold though the books had none of it, or had promised it: booked as found, and to be counted.
CREATE TABLE uncounted (
    product_id bigint PRIMARY KEY CONSTRAINT uncounted_product_id_fkey REFERENCES product,
    quantity numeric(12,3) NOT NULL CHECK (quantity > 0 AND quantity < 'NaN'),
    since timestamptz NOT NULL
);
CREATE INDEX uncounted_since ON uncounted (since, product_id);

-- A sale at the counter goes through a cart that is nobody's and is gone before anybody can see it. Bottles that are given back
-- stand in it: an array of {deposit, quantity}.
-- because what old workers write keeps both rules
-- squawk-ignore ban-drop-constraint
ALTER TABLE cart DROP CONSTRAINT cart_status_check, DROP CONSTRAINT cart_owner_check,
    ADD COLUMN deposits_returned jsonb,
    ADD CONSTRAINT cart_status_check CHECK (status IN ('open', 'checked_out', 'sale')) NOT VALID,
    ADD CONSTRAINT cart_owner_check CHECK (
        num_nonnulls(token_hash, customer_id) = CASE status WHEN 'sale' THEN 0 ELSE 1 END) NOT VALID;

-- Who buys at the counter gives no name, and may be paid out more for bottles than he buys.
-- because old workers give a name to what they write, and it keeps these rules
-- squawk-ignore ban-drop-not-null, ban-drop-constraint
ALTER TABLE purchase ALTER COLUMN contact_name DROP NOT NULL, DROP CONSTRAINT purchase_total_check, DROP CONSTRAINT purchase_check,
    ADD COLUMN collected_at_till text,
    ADD CONSTRAINT purchase_total_check CHECK ((total >= 0 OR contact_name IS NULL) AND total < 'NaN') NOT VALID,
    ADD CONSTRAINT purchase_vat_total_check CHECK (
        CASE WHEN contact_name IS NULL THEN vat_total < 'NaN' ELSE vat_total >= 0 AND vat_total <= total END) NOT VALID;

-- A deposit that is given back is a line of its own, of no goods in the purchase, at a price below 0.
-- because what old workers write keeps these rules
-- squawk-ignore ban-drop-constraint
ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_kind_check, DROP CONSTRAINT purchase_line_price_check, DROP CONSTRAINT purchase_line_check, DROP CONSTRAINT purchase_line_total_check, DROP CONSTRAINT purchase_line_check1, DROP CONSTRAINT purchase_line_charged_check,
    ADD CONSTRAINT purchase_line_kind_check CHECK (
        num_nonnulls(product_id, deposit_of) = CASE WHEN price < 0 THEN 0 ELSE 1 END) NOT VALID,
    ADD CONSTRAINT purchase_line_price_check CHECK (price < 'NaN') NOT VALID,
    ADD CONSTRAINT purchase_line_unit_price_check CHECK (
        CASE WHEN price < 0 THEN unit_price = price ELSE unit_price >= 0 AND unit_price <= price END) NOT VALID,
    ADD CONSTRAINT purchase_line_total_check CHECK (CASE WHEN price < 0 THEN total < 0 ELSE total >= 0 END AND total < 'NaN') NOT VALID,
    ADD CONSTRAINT purchase_line_vat_amount_check CHECK (
        CASE WHEN price < 0 THEN vat_amount <= 0 AND vat_amount >= total ELSE vat_amount >= 0 AND vat_amount <= total END) NOT VALID,
    ADD CONSTRAINT purchase_line_charged_check CHECK (
        (unit_price > 0 OR price <= 0) AND (total > 0 OR unit_price <= 0 OR quantity = 0)) NOT VALID;

-- What is handed over, or given back, at a till has a number of the till's, and is in the report of its session.
-- because what old workers write keeps these rules
-- squawk-ignore ban-drop-constraint
ALTER TABLE document DROP CONSTRAINT document_total_check,
    ADD COLUMN session_id bigint,
    ADD CONSTRAINT document_session_id_fkey FOREIGN KEY (session_id) REFERENCES till_session NOT VALID,
    ADD CONSTRAINT document_total_check CHECK ((total >= 0 OR kind = 'invoice') AND total < 'NaN') NOT VALID;
-- because what old workers write keeps this rule
-- squawk-ignore ban-drop-constraint
ALTER TABLE document_line DROP CONSTRAINT document_line_total_check,
    ADD CONSTRAINT document_line_total_check CHECK ((total >= 0 OR quantity > 0) AND total < 'NaN') NOT VALID;
-- because what old workers write keeps these rules
-- squawk-ignore ban-drop-constraint
ALTER TABLE document_vat DROP CONSTRAINT document_vat_gross_check, DROP CONSTRAINT document_vat_check,
    ADD CONSTRAINT document_vat_gross_check CHECK (gross < 'NaN') NOT VALID,
    ADD CONSTRAINT document_vat_vat_check CHECK (
        CASE WHEN gross < 0 THEN vat <= 0 AND vat >= gross ELSE vat >= 0 AND vat <= gross END) NOT VALID;
-- because old workers name series that keep this rule
-- squawk-ignore ban-drop-constraint
ALTER TABLE document_series DROP CONSTRAINT document_series_series_check,
    ADD CONSTRAINT document_series_series_check CHECK (series ~ '^[a-z0-9][a-z0-9-]{0,59}$') NOT VALID;
