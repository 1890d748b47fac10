-- edition 1
-- Sums up the first day that nobody has, and says whether it did: not where somebody else does, nor before the day has been
-- over for an hour, as what began on it may not be there yet, and nothing takes an hour.
CREATE OR REPLACE FUNCTION sum_up_day() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        zone text := shop_zone();
        behind date;
        next date;
    BEGIN
        SELECT u.day, u.day + 1 INTO behind, next FROM summed_until u FOR UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        IF next IS NULL THEN
            SELECT (least((SELECT min(m.at) FROM stock_movement m), (SELECT min(y.at) FROM payment y),
                          (SELECT min(d.issued_on) FROM document d)::timestamp AT TIME ZONE zone) AT TIME ZONE zone)::date
                INTO next;
        END IF;
        IF next IS NULL OR (next + 1)::timestamp AT TIME ZONE zone > now() - interval '1 hour' THEN
            RETURN false;
        END IF;
        INSERT INTO product_day (product_id, day, supplier_id, deposit, quantity, gross, vat, cost, on_hand, on_hand_cost)
            SELECT * FROM days_of_products(behind, next, next);
        INSERT INTO sold_hour (day, hour, gross, vat, cost, purchases) SELECT * FROM hours_of_sales(next, next);
        INSERT INTO vat_day (day, rate, gross, vat) SELECT * FROM days_of_rates(next, next);
        INSERT INTO paid_hour (day, hour, till, method, taken, given_back, rounding) SELECT * FROM hours_of_payments(next, next);
        INSERT INTO promoted_day (day, kind, code, product_id, lines, quantity, gross, vat, cost, taken_off)
            SELECT * FROM days_of_promotions(next, next);
        IF extract(day FROM next + 1) = 1 THEN
            INSERT INTO product_month (month, product_id, supplier_id, deposit, quantity, gross, vat, cost)
                SELECT date_trunc('month', next)::date, t.product_id, t.supplier_id, t.deposit, sum(t.quantity), sum(t.gross),
                       sum(t.vat), sum(t.cost)
                FROM product_day t WHERE t.day >= date_trunc('month', next)::date AND t.day <= next
                GROUP BY t.product_id, t.supplier_id, t.deposit
                HAVING count(*) > count(*) FILTER (WHERE t.quantity = 0 AND t.gross = 0 AND t.vat = 0 AND t.cost = 0);
        END IF;
        UPDATE summed_until SET day = next;
        RETURN true;
    END
    $$;
