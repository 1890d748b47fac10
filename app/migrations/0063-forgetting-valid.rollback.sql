ALTER TABLE purchase
    DROP CONSTRAINT purchase_forgotten_at_check,
    ADD CONSTRAINT purchase_forgotten_at_check CHECK (
        forgotten_at IS NULL OR status <> 'placed' AND num_nonnulls(contact_name, contact_phone, customer_id, token_hash) = 0) NOT VALID;
