-- depends: 0004-stock

-- A guest's cart is opened by its token, of which only the SHA-256 is kept; a customer's by the customer.
CREATE TABLE cart (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash bytea CONSTRAINT cart_token_hash_key UNIQUE CHECK (length(token_hash) = 32),
    customer_id bigint REFERENCES customer,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'checked_out')),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CONSTRAINT cart_owner_check CHECK ((token_hash IS NULL) <> (customer_id IS NULL))
);
CREATE INDEX cart_customer_id ON cart (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX cart_expires_at ON cart (expires_at) WHERE status = 'open';

CREATE TABLE cart_item (
    cart_id uuid NOT NULL REFERENCES cart ON DELETE CASCADE,
    product_id bigint NOT NULL CONSTRAINT cart_item_product_id_fkey REFERENCES product,
    quantity numeric(12,3) NOT NULL CHECK (quantity > 0 AND quantity < 'NaN'),
    added_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (cart_id, product_id)
);
CREATE INDEX cart_item_product_id ON cart_item (product_id);

CREATE TABLE purchase (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    invoice_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT purchase_invoice_number_key UNIQUE,
    cart_id uuid NOT NULL CONSTRAINT purchase_cart_id_key UNIQUE REFERENCES cart,
    customer_id bigint REFERENCES customer,
    contact_name text NOT NULL CHECK (length(contact_name) BETWEEN 1 AND 120),
    contact_phone text CHECK (length(contact_phone) BETWEEN 3 AND 32),
    status text NOT NULL DEFAULT 'placed' CHECK (status IN ('placed', 'collected', 'cancelled')),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total numeric(12,2) NOT NULL CHECK (total >= 0 AND total < 'NaN'),
    vat_total numeric(12,2) NOT NULL CHECK (vat_total >= 0 AND vat_total <= total),
    placed_at timestamptz NOT NULL DEFAULT now(),
    pay_by timestamptz NOT NULL,
    collected_at timestamptz,
    cancelled_at timestamptz,
    cancel_reason text NOT NULL DEFAULT '' CHECK (length(cancel_reason) <= 200),
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT purchase_moments_check CHECK (
        (status = 'collected') = (collected_at IS NOT NULL) AND (status = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE INDEX purchase_customer_id ON purchase (customer_id, placed_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX purchase_placed_at ON purchase (placed_at, id);
CREATE INDEX purchase_queue ON purchase (placed_at, id) WHERE status = 'placed';
CREATE INDEX purchase_pay_by ON purchase (pay_by) WHERE status = 'placed';
CREATE INDEX purchase_contact_name ON purchase USING gin (plain_text(contact_name) gin_trgm_ops);
CREATE TRIGGER purchase_stamp BEFORE UPDATE ON purchase FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- A purchase ends once: nothing leads out of collected or cancelled.
CREATE FUNCTION keep_purchase_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'a % purchase cannot change its status', OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_ended', TABLE = 'purchase', COLUMN = 'status';
    END
    $$;
CREATE TRIGGER purchase_ended BEFORE UPDATE OF status ON purchase
    FOR EACH ROW WHEN (OLD.status <> 'placed' AND NEW.status <> OLD.status) EXECUTE FUNCTION keep_purchase_ended();

-- Frozen at checkout: later changes of the catalogue do not reach what was sold.
-- price is the list price, unit_price what one unit was charged at; both include VAT.
CREATE TABLE purchase_line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purchase_id uuid NOT NULL REFERENCES purchase,
    product_id bigint NOT NULL CONSTRAINT purchase_line_product_id_fkey REFERENCES product,
    code text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL CHECK (unit IN ('piece', 'kg', 'litre')),
    quantity numeric(12,3) NOT NULL CHECK (quantity > 0 AND quantity < 'NaN'),
    price numeric(12,2) NOT NULL CHECK (price >= 0 AND price < 'NaN'),
    discount_rate numeric(5,4) NOT NULL CHECK (discount_rate >= 0 AND discount_rate < 1),
    unit_price numeric(12,2) NOT NULL CHECK (unit_price >= 0 AND unit_price <= price),
    vat_rate numeric(5,4) NOT NULL CHECK (vat_rate >= 0 AND vat_rate < 1),
    total numeric(12,2) NOT NULL CHECK (total >= 0 AND total < 'NaN'),
    vat_amount numeric(12,2) NOT NULL CHECK (vat_amount >= 0 AND vat_amount <= total),
    CONSTRAINT purchase_line_product_key UNIQUE (purchase_id, product_id)
);
CREATE INDEX purchase_line_product_id ON purchase_line (product_id);

-- Which lots a line is served from. Kept after collecting, so that a recall can be traced to its buyers.
CREATE TABLE allocation (
    purchase_line_id bigint NOT NULL REFERENCES purchase_line,
    stock_id bigint NOT NULL REFERENCES stock,
    quantity numeric(12,3) NOT NULL CHECK (quantity > 0 AND quantity < 'NaN'),
    PRIMARY KEY (purchase_line_id, stock_id)
);
CREATE INDEX allocation_stock_id ON allocation (stock_id);

CREATE TABLE payment (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purchase_id uuid NOT NULL REFERENCES purchase,
    kind text NOT NULL CHECK (kind IN ('payment', 'refund')),
    method text NOT NULL CHECK (method IN ('cash', 'card', 'transfer')),
    amount numeric(12,2) NOT NULL CHECK (amount > 0 AND amount < 'NaN'),
    reference text NOT NULL DEFAULT '' CHECK (length(reference) <= 120),
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    login_id bigint REFERENCES login,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payment_purchase_id ON payment (purchase_id, id);
CREATE TRIGGER payment_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Never paid above the total, never refunded above what was paid. The purchase's row is the lock.
CREATE FUNCTION check_payment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        owed numeric;
        balance numeric;
    BEGIN
        SELECT total INTO owed FROM purchase WHERE id = NEW.purchase_id FOR UPDATE;
        SELECT coalesce(sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END), 0) INTO balance
            FROM payment WHERE purchase_id = NEW.purchase_id;
        IF NEW.kind = 'payment' AND balance + NEW.amount > owed THEN
            RAISE EXCEPTION 'a payment above what is owed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_above_total', TABLE = 'payment', COLUMN = 'amount';
        ELSIF NEW.kind = 'refund' AND NEW.amount > balance THEN
            RAISE EXCEPTION 'a refund above what was paid'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_above_paid', TABLE = 'payment', COLUMN = 'amount';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER payment_check BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION check_payment();

ALTER TABLE stock_movement ADD CONSTRAINT stock_movement_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES purchase;
