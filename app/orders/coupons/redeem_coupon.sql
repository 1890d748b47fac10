-- edition 1
-- Writes down that a purchase has redeemed its coupon, by one of its codes or by its own. What others have used up meanwhile
-- violates `coupon_used_up`; what its buyer has redeemed as often as he may, `coupon_used_by_you`. Who redeems the same one
-- waits here: nobody counts past another.
CREATE OR REPLACE FUNCTION redeem_coupon(made purchase, of_code text) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        each integer;
    BEGIN
        UPDATE coupon SET used = used + 1 WHERE id = made.coupon_id RETURNING uses_each INTO each;
        IF of_code IS NOT NULL THEN
            UPDATE coupon_code SET purchase_id = made.id WHERE code = of_code AND purchase_id IS NULL;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the code was redeemed by another purchase'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_used_up', TABLE = 'coupon_code';
            END IF;
        END IF;
        IF each < (
            SELECT count(*) FROM purchase u
            WHERE u.coupon_id = made.coupon_id AND u.status <> 'cancelled'
                AND (u.customer_id = made.customer_id
                     OR made.customer_id IS NULL AND phone_digits(u.contact_phone) = phone_digits(made.contact_phone)))
        THEN
            RAISE EXCEPTION 'redeemed as often as one may'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'coupon_used_by_you', TABLE = 'coupon';
        END IF;
    END
    $$;
