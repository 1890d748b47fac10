-- edition 1
-- Has up to so many products find their discounts anew that lack this one, or have it and should not; of no discount, any
-- one. Returns how many they were.
CREATE OR REPLACE FUNCTION renew_discount_sets(of_discount bigint, most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        one bigint;
        wrong bigint[];
        renewed integer := 0;
    BEGIN
        FOR one IN SELECT unnest(s.discounts) FROM discount_set s UNION SELECT d.id FROM discount d LOOP
            CONTINUE WHEN one <> of_discount;
            WITH RECURSIVE running AS (
                SELECT d.* FROM discount d WHERE d.id = one AND d.active AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE)
            ), below AS (
                SELECT c.id FROM category c JOIN running d ON d.categories ? c.code
                UNION SELECT c.id FROM category c JOIN below b ON c.parent_id = b.id
            ), meant AS (
                SELECT p.id FROM product p JOIN running d ON p.discount_id = d.id
                UNION SELECT p.id FROM running d CROSS JOIN jsonb_array_elements_text(d.products) w JOIN product p ON p.code = w
                UNION SELECT p.id FROM running d JOIN brand b ON d.brands ? b.code
                    JOIN product p ON p.brand_id = b.id AND p.active IN (true, false)
                UNION SELECT p.id FROM below b JOIN product p ON p.category_id = b.id AND p.active IN (true, false)
            ), held AS (
                SELECT p.id FROM discount_set s JOIN product p ON p.active IN (true, false) AND p.discount_set = s.id
                WHERE one = ANY (s.discounts)
            )
            SELECT array_agg(w.id) INTO wrong FROM (
                ((TABLE meant EXCEPT TABLE held) UNION ALL (TABLE held EXCEPT TABLE meant)) LIMIT most - renewed
            ) w;
            -- In one order, so that two who renew cannot deadlock.
            PERFORM FROM product WHERE id = ANY (wrong) ORDER BY id FOR NO KEY UPDATE;
            UPDATE product SET discount_set = 0 WHERE id = ANY (wrong);
            renewed := renewed + coalesce(cardinality(wrong), 0);
            EXIT WHEN renewed >= most;
        END LOOP;
        RETURN renewed;
    END
    $$;
