DROP TRIGGER IF EXISTS document_buyer_kept ON document_buyer;
DROP TRIGGER IF EXISTS audit_log_kept ON audit_log;
CREATE OR REPLACE TRIGGER document_buyer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_buyer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP FUNCTION IF EXISTS refuse_early_end();
ALTER TABLE purchase DROP CONSTRAINT purchase_forgotten_at_check, DROP COLUMN forgotten_at;
