-- edition 1
-- Drops the kept sums of the days from `since` on, or of all (NULL), as they are not what happened any more: `tidy` makes them
-- anew, and until then reports read what happened. To be called as the last lock of its transaction; waits for a day that is being
-- summed up, which may be of what was before.
CREATE OR REPLACE FUNCTION drop_sums(since date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        PERFORM FROM summed_until FOR UPDATE;
        UPDATE summed_until SET day = since - 1 WHERE since IS NULL OR day >= since;
        IF FOUND THEN
            DELETE FROM product_day t WHERE since IS NULL OR t.day >= since;
            DELETE FROM product_month t WHERE since IS NULL OR t.month >= date_trunc('month', since);
            DELETE FROM sold_hour t WHERE since IS NULL OR t.day >= since;
            DELETE FROM vat_day t WHERE since IS NULL OR t.day >= since;
            DELETE FROM paid_hour t WHERE since IS NULL OR t.day >= since;
            DELETE FROM promoted_day t WHERE since IS NULL OR t.day >= since;
        END IF;
    END
    $$;
