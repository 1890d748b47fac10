-- edition 1
-- What documents say that were issued from one day through another, line by line: invoices above 0, credit notes below; and
-- in rows of their own what the goods cost (goods_cost), which say no document. `moment` and `day` are when it was handed
-- over or given back; a deposit is no product (0), and is known by its code: one that comes back is below 0. Of no named
-- supplier is 0.
--
-- VAT of a credit note is shared out over its lines by what they give back. What a line took from lots of several suppliers is
-- shared out over these by quantity: cents and thousandths (of pieces: pieces) by largest remainder, so that any sums are the
-- documents'.
CREATE OR REPLACE FUNCTION sold(since date, until date)
    RETURNS TABLE (
        moment timestamptz, day date, document_id bigint, purchase_line_id bigint, product_id bigint, deposit text,
        supplier_id bigint, quantity numeric, gross numeric, vat numeric, cost numeric)
    LANGUAGE plpgsql STABLE SET plan_cache_mode = force_custom_plan
    AS $$
    #variable_conflict use_column
    BEGIN
        IF since > until THEN
            RETURN;
        END IF;
        RETURN QUERY
            WITH line AS MATERIALIZED (
                SELECT d.issued_at, d.issued_on, d.id AS document, d.kind = 'invoice' AS is_invoice, l.id, l.product_id,
                       l.code, CASE l.unit WHEN 'piece' THEN 1 ELSE 0.001 END AS step, c.total, l.vat_rate, l.vat_amount,
                       CASE WHEN l.price < 0 THEN -c.quantity ELSE c.quantity END AS quantity
                FROM document d
                JOIN document_line c ON c.document_id = d.id
                JOIN purchase_line l ON l.id = c.purchase_line_id
                WHERE d.issued_on >= since AND d.issued_on <= until
            ), credited AS (
                SELECT g.document, s.id, s.vat
                FROM (
                    SELECT c.document, c.vat_rate, array_agg(c.id ORDER BY c.id) AS ids, array_agg(c.total ORDER BY c.id) AS totals
                    FROM line c WHERE NOT c.is_invoice
                    GROUP BY c.document, c.vat_rate HAVING sum(c.total) > 0
                ) g
                CROSS JOIN LATERAL (
                    SELECT v.vat FROM document_vat v WHERE v.document_id = g.document AND v.rate = g.vat_rate LIMIT 1
                ) v
                CROSS JOIN LATERAL unnest(g.ids, spread(v.vat, g.totals)) AS s (id, vat)
            ), served AS (
                SELECT t.id, array_agg(t.supplier ORDER BY t.supplier) AS suppliers, array_agg(t.quantity ORDER BY t.supplier) AS parts
                FROM (
                    SELECT a.purchase_line_id AS id, coalesce(s.supplier_id, 0) AS supplier, sum(a.quantity) AS quantity
                    FROM allocation a JOIN stock s ON s.id = a.stock_id
                    WHERE a.purchase_line_id IN (SELECT n.id FROM line n WHERE n.product_id IS NOT NULL)
                    GROUP BY 1, 2
                ) t
                GROUP BY t.id
            )
            SELECT n.issued_at, n.issued_on, n.document, n.id, coalesce(n.product_id, 0),
                   CASE WHEN n.product_id IS NULL THEN n.code ELSE '' END, p.supplier, x.sign * p.quantity, x.sign * p.gross,
                   x.sign * p.vat, 0.0
            FROM line n
            LEFT JOIN credited c ON c.document = n.document AND c.id = n.id
            LEFT JOIN served v ON v.id = n.id
            CROSS JOIN LATERAL (
                SELECT CASE WHEN n.is_invoice THEN 1 ELSE -1 END AS sign,
                       CASE WHEN n.is_invoice THEN n.vat_amount ELSE coalesce(c.vat, 0) END AS vat
            ) x
            CROSS JOIN LATERAL (
                SELECT coalesce(v.suppliers[1], 0) AS supplier, n.quantity, n.total AS gross, x.vat
                WHERE coalesce(cardinality(v.suppliers), 1) = 1
                UNION ALL
                SELECT u.supplier, u.quantity * 100 * n.step, u.gross, u.vat
                FROM unnest(v.suppliers, spread(n.quantity / n.step / 100, v.parts), spread(n.total, v.parts), spread(x.vat, v.parts))
                    AS u (supplier, quantity, gross, vat)
                WHERE cardinality(v.suppliers) > 1
            ) p
            UNION ALL
            SELECT g.moment, g.day, NULL, g.purchase_line_id, g.product_id, '', g.supplier_id, 0.0, 0.0, 0.0, g.cost
            FROM goods_cost(since, until, NULL) g;
    END
    $$;
