-- edition 1
-- The lowest price of a unit that was listed at that price with those discounts on it from one moment until another: on each
-- day and weekday of which one of them ran, by what it took off then.
CREATE OR REPLACE FUNCTION lowest_charged(list_price numeric, discounts bigint[], since timestamptz, until timestamptz) RETURNS numeric
    LANGUAGE sql STABLE
    AS $$
        SELECT least(list_price, min(price_off(list_price, t.rate, t.amount)))
        FROM (
            SELECT v.*, coalesce(lag(v.until) OVER (PARTITION BY v.id ORDER BY v.place), '-infinity') AS since
            FROM (
                SELECT f.discount_id AS id, f.rate, f.amount, f.starts_on, f.ends_on, f.weekdays, f.active, f.until, f.id AS place
                FROM former_discount f WHERE f.discount_id = ANY (discounts)
                UNION ALL
                SELECT d.id, d.rate, d.amount, d.starts_on, d.ends_on, d.weekdays, d.active, 'infinity', 9223372036854775807
                FROM discount d WHERE d.id = ANY (discounts)
            ) v
        ) t
        WHERE t.active AND greatest(lowest_charged.since, t.since) < least(lowest_charged.until, t.until) AND EXISTS (
            SELECT FROM generate_series(
                greatest(lowest_charged.since, t.since)::date, least(lowest_charged.until, t.until)::date, interval '1 day') day
            WHERE day + interval '1 day' > greatest(lowest_charged.since, t.since) AND day < least(lowest_charged.until, t.until)
                AND day >= t.starts_on AND day <= coalesce(t.ends_on, 'infinity')
                AND (t.weekdays = '[]' OR t.weekdays ? to_char(day, 'fmday')))
    $$;
