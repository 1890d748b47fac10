-- edition 1
-- The only writer of on_hand: the app's role may not update those columns itself. Levels are locked in product order
-- before anything is changed, so that two statements over the same products cannot deadlock.
CREATE OR REPLACE FUNCTION apply_stock_movements() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM moved m JOIN stock s ON s.id = m.stock_id WHERE s.product_id <> m.product_id) THEN
            RAISE EXCEPTION 'a movement names a lot of another product'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_movement_lot_check', TABLE = 'stock_movement';
        END IF;
        PERFORM FROM stock_level WHERE product_id IN (SELECT product_id FROM moved) ORDER BY product_id FOR UPDATE;
        IF EXISTS (SELECT FROM moved m JOIN product p ON p.id = m.product_id WHERE p.unit = 'piece' AND m.quantity % 1 <> 0) THEN
            RAISE EXCEPTION 'a movement splits a piece'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_movement_whole_check', TABLE = 'stock_movement';
        END IF;
        UPDATE stock_level l SET on_hand = l.on_hand + m.quantity
            FROM (SELECT product_id, sum(quantity) AS quantity FROM moved GROUP BY product_id) m
            WHERE l.product_id = m.product_id;
        UPDATE stock s SET on_hand = s.on_hand + m.quantity
            FROM (SELECT stock_id, sum(quantity) AS quantity FROM moved GROUP BY stock_id) m
            WHERE s.id = m.stock_id;
        RETURN NULL;
    END
    $$;
