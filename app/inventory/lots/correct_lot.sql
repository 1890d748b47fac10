-- edition 1
-- Puts a lot right and writes down what was changed: `changes` has new values of expires_on, unit_cost, supplier (its code) and
-- lot_code, null for none. Returns what is different now. What is worked out of lots by views follows by itself; what reports
-- keep of them, by a trigger.
CREATE OR REPLACE FUNCTION correct_lot(of_lot bigint, changes jsonb, why text, by_login bigint) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        old record;
    BEGIN
        PERFORM FROM stock_level l WHERE l.product_id = (SELECT s.product_id FROM stock s WHERE s.id = of_lot) FOR UPDATE;
        -- Behind the lock, as whoever had it may have put it right too.
        SELECT s.*, v.code AS supplier INTO STRICT old FROM stock s LEFT JOIN supplier v ON v.id = s.supplier_id WHERE s.id = of_lot;
        UPDATE stock s SET
            expires_on = CASE WHEN changes ? 'expires_on' THEN (changes ->> 'expires_on')::date ELSE s.expires_on END,
            unit_cost = coalesce((changes ->> 'unit_cost')::numeric, s.unit_cost),
            supplier_id = CASE WHEN changes ? 'supplier'
                THEN (SELECT v.id FROM supplier v WHERE v.code = changes ->> 'supplier') ELSE s.supplier_id END,
            lot_code = CASE WHEN changes ? 'lot_code' THEN changes ->> 'lot_code' ELSE s.lot_code END
            WHERE s.id = of_lot;
        RETURN QUERY
            INSERT INTO stock_correction AS c (stock_id, field, was, becomes, reason, login_id)
            SELECT of_lot, f.field, f.was, f.becomes, why, by_login
            FROM stock s
            LEFT JOIN supplier v ON v.id = s.supplier_id
            CROSS JOIN LATERAL (VALUES
                ('expires_on', to_char(old.expires_on, 'YYYY-MM-DD'), to_char(s.expires_on, 'YYYY-MM-DD')),
                ('unit_cost', old.unit_cost::text, s.unit_cost::text),
                ('supplier', old.supplier, v.code),
                ('lot_code', old.lot_code, s.lot_code)) AS f (field, was, becomes)
            WHERE s.id = of_lot AND f.was IS DISTINCT FROM f.becomes
            RETURNING c.field;
    END
    $$;
