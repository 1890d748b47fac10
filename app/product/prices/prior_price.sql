-- edition 2
-- The lowest price of a unit in the thirty days before the running reduction by a discount began: what a reduction is
-- announced against, by article 6a of Directive 98/6/EC (percentages too, CJEU C-330/23). NULL of what was not sold before.
-- A reduction begins with the discount's first day, or weekday of a row of them; anew when it takes off something else, and
-- for a product when it comes under it.
CREATE OR REPLACE FUNCTION prior_price(of_product bigint, list_price numeric, of_discount bigint) RETURNS numeric
    LANGUAGE sql STABLE
    AS $$
        WITH listed AS (
            SELECT f.price, f.discounts, coalesce(lag(f.until) OVER (ORDER BY f.id), '-infinity') AS since, f.until
            FROM former_price f WHERE f.product_id = of_product
            UNION ALL
            SELECT list_price, s.discounts, coalesce((SELECT max(f.until) FROM former_price f WHERE f.product_id = p.id), '-infinity'),
                'infinity'
            FROM product p JOIN discount_set s ON s.id = p.discount_set WHERE p.id = of_product
        ), begun AS (
            SELECT p.created_at, greatest(
                    p.created_at, d.starts_on::timestamptz,
                    -- Not where only its last day was another one, still to come.
                    (SELECT max(v.until) FROM former_discount v
                     WHERE v.discount_id = d.id AND ((v.rate, v.amount, v.starts_on, v.weekdays, v.active)
                         IS DISTINCT FROM (d.rate, d.amount, d.starts_on, d.weekdays, d.active) OR v.ends_on < v.until::date)),
                    (SELECT max(l.until) FROM listed l WHERE NOT of_discount = ANY (l.discounts)),
                    (SELECT max(day) + interval '1 day' FROM generate_series(CURRENT_DATE - 7, CURRENT_DATE - 1, interval '1 day') day
                     WHERE d.weekdays <> '[]' AND NOT d.weekdays ? to_char(day, 'fmday'))) AS at
            FROM product p JOIN discount d ON d.id = of_discount WHERE p.id = of_product
        ), span AS (
            SELECT l.price, l.discounts, greatest(l.since, b.created_at, b.at - interval '30 days') AS since, least(l.until, b.at) AS until
            FROM listed l CROSS JOIN begun b
        ), terms AS (
            SELECT v.discount_id, v.rate, v.amount, v.starts_on, v.ends_on, v.weekdays, v.active, v.until,
                coalesce(lag(v.until) OVER (PARTITION BY v.discount_id ORDER BY v.until), '-infinity') AS since
            FROM (
                SELECT f.discount_id, f.rate, f.amount, f.starts_on, f.ends_on, f.weekdays, f.active, f.until
                FROM former_discount f WHERE f.discount_id IN (SELECT unnest(s.discounts) FROM span s)
                UNION ALL
                SELECT d.id, d.rate, d.amount, d.starts_on, d.ends_on, d.weekdays, d.active, 'infinity'
                FROM discount d WHERE d.id IN (SELECT unnest(s.discounts) FROM span s)
            ) v
        )
        SELECT min(least(s.price, (
            SELECT min(price_off(s.price, t.rate, t.amount)) FROM terms t
            WHERE t.discount_id = ANY (s.discounts) AND t.active
                AND greatest(s.since, t.since) < least(s.until, t.until) AND EXISTS (
                SELECT FROM generate_series(
                    greatest(s.since, t.since)::date, least(s.until, t.until)::date, interval '1 day') day
                WHERE day + interval '1 day' > greatest(s.since, t.since) AND day < least(s.until, t.until)
                    AND day >= t.starts_on AND day <= coalesce(t.ends_on, 'infinity')
                    AND (t.weekdays = '[]' OR t.weekdays ? to_char(day, 'fmday'))))))
        FROM span s WHERE s.since < s.until
    $$;
