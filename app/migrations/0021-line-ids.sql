-- depends: 0020-place-purchase

-- Lines of carts have ids, so that a product may be in several: a label that prints its price is a line of its own, which
-- charges what it prints. Old workers know a line by its product, and set only those without a label.
CREATE SEQUENCE cart_item_id_seq;
ALTER TABLE cart_item ADD COLUMN id bigint, ADD COLUMN label_price numeric(12,2),
    ADD CONSTRAINT cart_item_label_price_check CHECK (label_price > 0 AND label_price < 'NaN') NOT VALID;
-- because no version that serves knows the column
-- squawk-ignore ban-set-default
ALTER TABLE cart_item ALTER COLUMN id SET DEFAULT nextval('cart_item_id_seq');
ALTER SEQUENCE cart_item_id_seq OWNED BY cart_item.id;

-- Called by old workers only: who has the cart has its lines, so there is nobody to conflict with, and the key that lets a
-- product be in a cart once can go.
-- because it takes and returns the same, and says the same
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE FUNCTION put_cart_item(of_cart uuid, of_code text, wanted numeric, days integer, most_lines integer)
    RETURNS TABLE (outcome text, cart cart, items cart_item[])
    LANGUAGE plpgsql
    AS $$
    DECLARE
        found_id bigint;
        keep_until timestamptz := now() + make_interval(days => days);
    BEGIN
        SELECT * INTO cart FROM cart c WHERE c.id = of_cart FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT p.id, CASE
            WHEN NOT p.active THEN 'withdrawn'
            WHEN NOT sold_in(p.unit, wanted) THEN 'not_whole'
            ELSE 'put' END
        INTO found_id, outcome FROM product p WHERE p.code = of_code;
        IF cart.status <> 'open' THEN
            outcome := 'checked_out';
        ELSIF found_id IS NULL THEN
            outcome := 'no_product';
        ELSIF outcome = 'put' THEN
            UPDATE cart_item i SET quantity = wanted
                WHERE i.cart_id = of_cart AND i.product_id = found_id AND i.label_price IS NULL;
            IF NOT FOUND THEN
                INSERT INTO cart_item (cart_id, product_id, quantity)
                    SELECT of_cart, found_id, wanted
                    WHERE most_lines > (SELECT count(*) FROM cart_item o WHERE o.cart_id = of_cart);
            END IF;
            IF NOT FOUND THEN
                outcome := 'full';
            ELSIF cart.expires_at < keep_until - interval '1 hour' THEN
                UPDATE cart c SET expires_at = keep_until WHERE c.id = of_cart RETURNING c.* INTO cart;
            END IF;
            items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = of_cart);
        END IF;
        RETURN NEXT;
    END
    $$;

-- What is paid for a bottle or a crate, beside its product, and comes back with it. It has a rate of VAT of its own.
CREATE TABLE deposit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT deposit_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    amount numeric(12,2) NOT NULL CHECK (amount > 0 AND amount < 'NaN'),
    vat_rate numeric(5,4) NOT NULL CHECK (vat_rate >= 0 AND vat_rate < 1),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deposit_by_name ON deposit (active, plain_text(name), id);
CREATE TRIGGER deposit_stamp BEFORE UPDATE ON deposit FOR EACH ROW EXECUTE FUNCTION stamp_update();

ALTER TABLE product ADD COLUMN deposit_id bigint,
    ADD CONSTRAINT product_deposit_id_fkey FOREIGN KEY (deposit_id) REFERENCES deposit NOT VALID,
    ADD CONSTRAINT product_deposit_check CHECK (deposit_id IS NULL OR unit = 'piece') NOT VALID;

-- Lines of purchases: goods, and the deposit on them, which names the line that it is for. Only goods are products.
-- because old workers know lines by their code, and find no promise of what is no product
-- squawk-ignore ban-drop-not-null
ALTER TABLE purchase_line ALTER COLUMN product_id DROP NOT NULL,
    ADD COLUMN deposit_of bigint,
    ADD COLUMN label_price numeric(12,2),
    ADD CONSTRAINT purchase_line_deposit_of_fkey FOREIGN KEY (deposit_of) REFERENCES purchase_line NOT VALID,
    ADD CONSTRAINT purchase_line_kind_check CHECK (num_nonnulls(product_id, deposit_of) = 1) NOT VALID;

-- What is charged for the cart's line `item_id`, but for the sums, before there is a line of a purchase.
CREATE TYPE charged_line AS (
    item_id bigint, product_id bigint, code text, name text, unit text, quantity numeric, price numeric,
    discount_rate numeric, unit_price numeric, vat_rate numeric, label_price numeric);

-- Which line of the purchase was handed over or came back. Movements of before have none: then it is the product's.
ALTER TABLE stock_movement ADD COLUMN purchase_line_id bigint,
    ADD CONSTRAINT stock_movement_purchase_line_id_fkey FOREIGN KEY (purchase_line_id) REFERENCES purchase_line NOT VALID;
