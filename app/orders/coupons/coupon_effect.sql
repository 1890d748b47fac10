-- edition 2
-- What a coupon, or one of its codes, does to a basket of a customer's, or a guest's (NULL): `refused` is '', and so much
-- goes off each line of goods (`shares`), `reduction` in all; or it says why nothing does: `ended`, `not_started`, `used_up`,
-- `used_by_you`, `below_minimum`, `nothing_to_reduce`. Each line still costs a cent.
--
-- `totals` are what the lines of goods cost, in the order of their `products`. How often a guest has redeemed it is known at
-- checkout, by his telephone number.
CREATE OR REPLACE FUNCTION coupon_effect(
        of_coupon bigint, of_code text, of_customer bigint, products bigint[], totals numeric[],
        OUT refused text, OUT reduction numeric, OUT shares numeric[])
    LANGUAGE plpgsql STABLE
    AS $$
    DECLARE
        known coupon;
        goods numeric;
        eligible numeric;
        weights numeric[];
        most numeric;
    BEGIN
        SELECT c.* INTO known FROM coupon c WHERE c.id = of_coupon;
        SELECT sum(l.total), coalesce(sum(l.total) FILTER (WHERE NOT l.excluded), 0),
               array_agg(CASE WHEN l.excluded THEN 0 ELSE greatest(l.total - 0.01, 0) END ORDER BY l.place)
            INTO goods, eligible, weights
            FROM (
                SELECT w.total, w.place,
                       known.excluded_products ? p.code
                       OR known.excluded_brands <> '[]' AND EXISTS (
                           SELECT FROM brand b WHERE b.id = p.brand_id AND known.excluded_brands ? b.code)
                       OR known.excluded_categories <> '[]' AND EXISTS (
                           WITH RECURSIVE above AS (
                               SELECT c.code, c.parent_id FROM category c WHERE c.id = p.category_id
                               UNION ALL SELECT c.code, c.parent_id FROM category c JOIN above a ON c.id = a.parent_id
                           ) SELECT FROM above a WHERE known.excluded_categories ? a.code) AS excluded
                FROM unnest(products, totals) WITH ORDINALITY AS w (product_id, total, place)
                JOIN product p ON p.id = w.product_id
            ) l;
        SELECT coalesce(sum(w), 0) INTO most FROM unnest(weights) w;
        reduction := least(coalesce(known.amount, round(known.rate * eligible, 2)), most);
        refused := CASE
            WHEN NOT known.active OR known.ends_on < CURRENT_DATE THEN 'ended'
            WHEN known.starts_on > CURRENT_DATE THEN 'not_started'
            WHEN known.used >= known.uses
                OR EXISTS (SELECT FROM coupon_code k WHERE k.code = of_code AND k.purchase_id IS NOT NULL) THEN 'used_up'
            WHEN known.uses_each <= (
                SELECT count(*) FROM purchase u
                WHERE u.coupon_id = known.id AND u.status <> 'cancelled' AND u.customer_id = of_customer) THEN 'used_by_you'
            WHEN known.minimum > coalesce(goods, 0) THEN 'below_minimum'
            WHEN coalesce(reduction, 0) = 0 THEN 'nothing_to_reduce'
            ELSE '' END;
        IF refused = '' THEN
            shares := spread(reduction, weights);
        ELSE
            reduction := 0.00;
        END IF;
    END
    $$;
