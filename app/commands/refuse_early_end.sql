-- edition 1
-- The audit log, and who asked to be named on an invoice, have an end. Nobody brings it nearer than this, whoever he is: `tidy`
-- waits longer, as the settings say.
CREATE OR REPLACE FUNCTION refuse_early_end() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'a row of % is too young to be deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $$;
CREATE OR REPLACE TRIGGER audit_log_kept BEFORE DELETE ON audit_log
    FOR EACH ROW WHEN (OLD.at > now() - interval '365 days') EXECUTE FUNCTION refuse_early_end();
CREATE OR REPLACE TRIGGER document_buyer_kept BEFORE DELETE ON document_buyer
    FOR EACH ROW WHEN (OLD.named_at > now() - interval '5 years') EXECUTE FUNCTION refuse_early_end();
