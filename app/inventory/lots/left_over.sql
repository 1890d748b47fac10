-- edition 1
-- What is left of the last of some lots on the evening of its last day, where so much a day is sold of all of them, the first to
-- expire first. Each has a quantity, and so many days behind today.
CREATE OR REPLACE FUNCTION left_over(quantities numeric[], days integer[], a_day numeric) RETURNS numeric
    LANGUAGE plpgsql IMMUTABLE
    AS $$
    DECLARE
        sold numeric := 0;
        unsold numeric := 0;
    BEGIN
        FOR n IN 1 .. cardinality(quantities) LOOP
            -- What earlier lots did not sell in their time is gone with them.
            unsold := greatest(sold + quantities[n] - greatest(a_day * (days[n] + 1), 0), 0);
            sold := sold + quantities[n] - unsold;
        END LOOP;
        RETURN unsold;
    END
    $$;
