-- depends: 0022-barcodes-valid

-- What a code takes off a basket: a part of what its goods cost, or an amount. `used` counts the purchases that it is in
-- and that were not cancelled. What is excluded is named by code.
CREATE TABLE coupon (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT coupon_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    rate numeric(5,4) CHECK (rate > 0 AND rate < 1),
    amount numeric(12,2) CHECK (amount > 0 AND amount < 'NaN'),
    minimum numeric(12,2) NOT NULL DEFAULT 0 CHECK (minimum >= 0 AND minimum < 'NaN'),
    starts_on date NOT NULL,
    ends_on date,
    uses integer CHECK (uses > 0),
    uses_each integer CHECK (uses_each > 0),
    single_use boolean NOT NULL DEFAULT false,
    excluded_products jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(excluded_products) = 'array'),
    excluded_categories jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(excluded_categories) = 'array'),
    excluded_brands jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(excluded_brands) = 'array'),
    used integer NOT NULL DEFAULT 0 CHECK (used >= 0),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT coupon_reduction_check CHECK (num_nonnulls(rate, amount) = 1),
    CONSTRAINT coupon_days_check CHECK (ends_on >= starts_on),
    CONSTRAINT coupon_used_up CHECK (used <= uses)
);
CREATE INDEX coupon_by_name ON coupon (active, plain_text(name), id);
-- That it was used is no change of it.
CREATE TRIGGER coupon_stamp BEFORE UPDATE ON coupon FOR EACH ROW WHEN (OLD.used = NEW.used) EXECUTE FUNCTION stamp_update();

-- Codes that redeem a coupon once each. Which purchase did is written down here, and taken back if it is cancelled.
CREATE TABLE coupon_code (
    code text PRIMARY KEY CHECK (code ~ '^[2-9A-HJKMNP-Z]{12}$'),
    coupon_id bigint NOT NULL CONSTRAINT coupon_code_coupon_id_fkey REFERENCES coupon ON DELETE CASCADE,
    purchase_id uuid CONSTRAINT coupon_code_purchase_id_key UNIQUE REFERENCES purchase
);
CREATE INDEX coupon_code_coupon_id ON coupon_code (coupon_id, code);

-- What was entered in a cart; whether it is good, and what it takes off, is seen each time.
ALTER TABLE cart ADD COLUMN coupon_id bigint, ADD COLUMN coupon_code text,
    ADD CONSTRAINT cart_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupon ON DELETE SET NULL NOT VALID;
-- What it was called then, and by which code.
ALTER TABLE purchase ADD COLUMN coupon_id bigint, ADD COLUMN coupon_amount numeric(12,2), ADD COLUMN coupon_code text,
    ADD COLUMN coupon_name text,
    ADD CONSTRAINT purchase_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupon NOT VALID;
-- A line's part of it; its total is without.
ALTER TABLE purchase_line ADD COLUMN coupon_amount numeric(12,2);
