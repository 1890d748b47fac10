-- edition 2
-- The discounts that apply today, with their terms as a line keeps them. It gives nobody more rights than he has: PostgreSQL
-- lets simple views be written through.
CREATE OR REPLACE VIEW discount_today WITH (security_invoker = true) AS
    SELECT d.id, d.code, d.name, d.rate, d.amount, d.buy, d.pay, d.price,
           jsonb_build_object(
               'code', d.code, 'name', d.name, 'rate', d.rate::text, 'amount', d.amount::text,
               'buy', d.buy, 'pay', d.pay, 'price', d.price::text) AS terms,
           d.starts_on, d.weekdays
    FROM discount d
    WHERE d.active AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE)
        AND (d.weekdays = '[]' OR d.weekdays ? to_char(CURRENT_DATE, 'fmday'));
