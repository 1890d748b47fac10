-- edition 1
-- The lowest price of a unit in the thirty days before the running reduction by a discount began: what a reduction is
-- announced against, by article 6a of Directive 98/6/EC (percentages too, CJEU C-330/23). NULL of what was not sold before.
-- A reduction begins with the discount's first day, or weekday of a row of them; anew when it takes off something else, and
-- for a product when it comes under it.
--
-- In small steps, as most products had one price and one discount: a single statement for all that may have been takes
-- several times as long to set up as the product to read.
CREATE OR REPLACE FUNCTION prior_price(of_product bigint, list_price numeric, of_discount bigint) RETURNS numeric
    LANGUAGE plpgsql STABLE
    AS $$
    DECLARE
        began timestamptz;
        -- Not where only its last day was another one, still to come.
        changed timestamptz := (
            SELECT max(v.until) FROM former_discount v JOIN discount d ON d.id = v.discount_id
            WHERE v.discount_id = of_discount AND ((v.rate, v.amount, v.starts_on, v.weekdays, v.active)
                IS DISTINCT FROM (d.rate, d.amount, d.starts_on, d.weekdays, d.active) OR v.ends_on < v.until::date));
        days jsonb;
        earliest timestamptz;
        ended timestamptz;
        held bigint[];
        one record;
        lowest numeric;
    BEGIN
        SELECT p.created_at, d.weekdays, s.discounts, greatest(
                p.created_at, d.starts_on::timestamptz, changed,
                (SELECT max(f.until) FROM former_price f WHERE f.product_id = p.id AND NOT of_discount = ANY (f.discounts)))
            INTO earliest, days, held, began
            FROM product p JOIN discount_set s ON s.id = p.discount_set CROSS JOIN discount d
            WHERE p.id = of_product AND d.id = of_discount;
        IF days <> '[]' THEN
            began := greatest(began, (
                SELECT max(day) + interval '1 day'
                FROM generate_series(CURRENT_DATE - 7, CURRENT_DATE - 1, interval '1 day') day
                WHERE NOT days ? to_char(day, 'fmday')));
        END IF;
        earliest := greatest(earliest, began - interval '30 days');
        ended := began;
        -- From the present back: each row is what was before, until then.
        FOR one IN
            SELECT f.id, f.price, f.discounts, f.until AS since
            FROM former_price f WHERE f.product_id = of_product AND f.until > earliest
            UNION ALL SELECT 0, NULL, NULL, earliest
            ORDER BY id DESC
        LOOP
            IF one.since < ended THEN
                -- One that has not run before took nothing off.
                lowest := least(lowest, CASE WHEN held = '{}' OR held = ARRAY[of_discount] AND changed IS NULL AND days = '[]'
                    THEN list_price ELSE lowest_charged(list_price, held, one.since, ended) END);
                ended := one.since;
            END IF;
            list_price := one.price;
            held := one.discounts;
        END LOOP;
        RETURN lowest;
    END
    $$;
