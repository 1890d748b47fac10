-- The version before has no deposits, and a product in one line: what was sold otherwise would be lost.
DO $$
BEGIN
    IF EXISTS (SELECT FROM purchase_line WHERE deposit_of IS NOT NULL OR label_price IS NOT NULL) THEN
        RAISE EXCEPTION 'deposits, or goods at the price of a label, were sold: the version before cannot tell of them';
    END IF;
END $$;

-- What is made anew is its owner's alone: who was let read it, still is.
CREATE TEMPORARY TABLE offer_grant ON COMMIT DROP AS
    SELECT format('GRANT %s ON offer TO %I', g.privilege_type, pg_get_userbyid(g.grantee)) AS statement
    FROM pg_class c, aclexplode(c.relacl) g
    WHERE c.oid = 'offer'::regclass AND g.grantee <> 0;
DROP VIEW offer;
CREATE VIEW offer AS
    SELECT p.id AS product_id,
           coalesce(reduced_price(p.price, d.rate), p.price)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id,
           p.code, p.name, p.unit, p.price, p.vat_rate, p.active
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);
DO $$
    DECLARE
        statement text;
    BEGIN
        FOR statement IN SELECT g.statement FROM offer_grant g LOOP
            EXECUTE statement;
        END LOOP;
    END
    $$;

DROP FUNCTION IF EXISTS put_cart_line(uuid, text, numeric, numeric, boolean, numeric, integer, integer);
DROP FUNCTION IF EXISTS promise_lines(bigint[], numeric[], boolean, date, numeric, numeric);
ALTER TABLE stock_movement DROP COLUMN purchase_line_id;
DROP TYPE charged_line;
ALTER TABLE purchase_line ALTER COLUMN product_id SET NOT NULL, DROP COLUMN deposit_of, DROP COLUMN label_price;
ALTER TABLE product DROP COLUMN deposit_id;
DROP TABLE deposit;
ALTER TABLE cart_item DROP COLUMN id, DROP COLUMN label_price;

CREATE OR REPLACE FUNCTION put_cart_item(of_cart uuid, of_code text, wanted numeric, days integer, most_lines integer)
    RETURNS TABLE (outcome text, cart cart, items cart_item[])
    LANGUAGE plpgsql
    AS $$
    DECLARE
        found_id bigint;
        keep_until timestamptz := now() + make_interval(days => days);
    BEGIN
        -- Nothing is put into a cart while it is checked out.
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
            INSERT INTO cart_item AS i (cart_id, product_id, quantity)
                SELECT of_cart, found_id, wanted
                WHERE most_lines > (SELECT count(*) FROM cart_item o WHERE o.cart_id = of_cart AND o.product_id <> found_id)
                ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = EXCLUDED.quantity;
            IF NOT FOUND THEN
                outcome := 'full';
            -- Use keeps a cart. Not to the second: a time that is indexed costs most of what the change does.
            ELSIF cart.expires_at < keep_until - interval '1 hour' THEN
                UPDATE cart c SET expires_at = keep_until WHERE c.id = of_cart RETURNING c.* INTO cart;
            END IF;
            items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = of_cart);
        END IF;
        RETURN NEXT;
    END
    $$;
