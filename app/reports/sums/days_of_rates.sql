-- edition 1
-- The rows that vat_day has of the days from one through another, from what documents say.
CREATE OR REPLACE FUNCTION days_of_rates(since date, until date)
    RETURNS TABLE (day date, rate numeric, gross numeric, vat numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    BEGIN
        RETURN QUERY
            SELECT d.issued_on, v.rate, sum(k.sign * v.gross), sum(k.sign * v.vat)
            FROM document d
            JOIN document_vat v ON v.document_id = d.id
            CROSS JOIN LATERAL (SELECT CASE d.kind WHEN 'invoice' THEN 1 ELSE -1 END AS sign) k
            WHERE d.issued_on >= since AND d.issued_on <= until
            GROUP BY d.issued_on, v.rate;
    END
    $$;
