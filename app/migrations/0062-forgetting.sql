-- depends: 0061-forgetting-indexed

-- When a purchase forgot who it was for. A sale at the counter never knew.
ALTER TABLE purchase ADD COLUMN forgotten_at timestamptz,
    ADD CONSTRAINT purchase_forgotten_at_check CHECK (
        forgotten_at IS NULL OR status <> 'placed' AND num_nonnulls(contact_name, contact_phone, customer_id, token_hash) = 0) NOT VALID;

-- What these say never changes, but some day it goes.
-- because old workers delete nothing in them
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER audit_log_append_only BEFORE UPDATE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- because old workers delete nothing in them
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER document_buyer_append_only BEFORE UPDATE OR TRUNCATE ON document_buyer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
