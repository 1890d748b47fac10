-- edition 2
-- The rows that promoted_day has of the days from one through another, from what happened. What was taken off goods that came
-- back is what all that came back so far makes of it, less what that before did: so any portions make the whole.
CREATE OR REPLACE FUNCTION days_of_promotions(since date, until date)
    RETURNS TABLE (
        day date, kind text, code text, product_id bigint, lines integer, quantity numeric, gross numeric, vat numeric,
        cost numeric, taken_off numeric)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    BEGIN
        IF since > until THEN
            RETURN;
        END IF;
        RETURN QUERY
            WITH line AS MATERIALIZED (
                SELECT s.day, s.document_id, s.purchase_line_id, sum(s.quantity) AS quantity, sum(s.gross) AS gross,
                       sum(s.vat) AS vat, sum(s.cost) AS cost
                FROM sold(since, until) s
                WHERE s.product_id <> 0 AND s.purchase_line_id IS NOT NULL
                GROUP BY 1, 2, 3
            )
            SELECT n.day, r.kind, r.code, r.product_id, count(*) FILTER (WHERE d.kind = 'invoice')::integer,
                   sum(n.quantity), sum(n.gross), sum(n.vat), sum(n.cost),
                   coalesce(sum(CASE d.kind
                       WHEN 'invoice' THEN r.taken_off
                       ELSE round(r.taken_off * b.quantity / r.quantity, 2)
                           - round(r.taken_off * (b.quantity - n.quantity) / r.quantity, 2) END), 0.00)
            FROM line n
            JOIN reduced_line r ON r.purchase_line_id = n.purchase_line_id
            LEFT JOIN document d ON d.id = n.document_id
            LEFT JOIN LATERAL (
                SELECT coalesce(sum(c.quantity), 0) AS quantity
                FROM document e JOIN document_line c ON c.document_id = e.id
                WHERE d.kind = 'credit_note' AND e.purchase_id = d.purchase_id AND e.kind = 'credit_note' AND e.id < d.id
                    AND c.purchase_line_id = n.purchase_line_id
            ) b ON d.kind = 'credit_note'
            GROUP BY 1, 2, 3, 4;
    END
    $$;
