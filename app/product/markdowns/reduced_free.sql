-- edition 1
-- How much of a product is in reduced lots and was not promised: so much less is sold at its full price. A function that is
-- not inlined, as it is called where the shop has rules, and everybody else should not even have it set up.
CREATE OR REPLACE FUNCTION reduced_free(of_product bigint) RETURNS numeric
    LANGUAGE plpgsql STABLE
    AS $$
    BEGIN
        RETURN (SELECT coalesce(sum(r.on_hand - r.allocated), 0) FROM reduced_lot r WHERE r.product_id = of_product);
    END
    $$;
