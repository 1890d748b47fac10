-- edition 2
-- Writes a document on so much of a purchase's lines and so much money for each, and returns its printed number: the
-- `invoice` on what is handed over, or a `credit_note` on what is given back. VAT of a rate is worked out of all that was
-- credited at it so far, so that credit notes on all of an invoice come to its VAT, in whatever portions. More than was
-- charged violates `credit_above_charged`. A series other than `web` is a till's: the document is in the report of the session
-- that is open there, which stays so until the end; there has to be one (`till_closed`).
--
-- The caller holds the purchase's row, and locks nothing afterwards: whoever takes the next number waits for his end.
CREATE OR REPLACE FUNCTION issue_document(
        of_kind text, of_series text, of_purchase uuid, lines bigint[], quantities numeric[], totals numeric[])
    RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    DECLARE
        rates numeric[];
        grosses numeric[];
        vats numeric[];
        seller jsonb;
        zone text;
        today date;
        year integer;
        number integer;
        made bigint;
        session bigint;
    BEGIN
        IF of_kind = 'credit_note' AND EXISTS (
            SELECT FROM unnest(lines, quantities, totals) AS g (line, quantity, total)
            JOIN purchase_line l ON l.id = g.line
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(c.quantity), 0) AS quantity, coalesce(sum(c.total), 0) AS total
                FROM document d JOIN document_line c ON c.document_id = d.id
                WHERE d.purchase_id = of_purchase AND d.kind = 'credit_note' AND c.purchase_line_id = l.id
            ) b
            WHERE b.quantity + g.quantity > l.quantity OR b.total + g.total > l.total)
        THEN
            RAISE EXCEPTION 'a credit note above what was charged'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_above_charged', TABLE = 'document_line', COLUMN = 'total';
        END IF;
        SELECT array_agg(n.rate), array_agg(n.gross),
               array_agg(vat_amount(b.gross + n.gross, n.rate) - vat_amount(b.gross, n.rate))
            INTO rates, grosses, vats
            FROM (
                SELECT l.vat_rate AS rate, sum(g.total) AS gross
                FROM unnest(lines, totals) AS g (line, total) JOIN purchase_line l ON l.id = g.line
                GROUP BY l.vat_rate
            ) n
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(v.gross), 0) AS gross
                FROM document d JOIN document_vat v ON v.document_id = d.id
                WHERE d.purchase_id = of_purchase AND d.kind = 'credit_note' AND v.rate = n.rate AND of_kind = 'credit_note'
            ) b;
        IF of_series <> 'web' THEN
            SELECT s.id INTO session FROM till_session s WHERE s.till = of_series AND s.closed_at IS NULL FOR KEY SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'a document of a till that is not open'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'till_closed', TABLE = 'document', COLUMN = 'series';
            END IF;
        END IF;
        SELECT s.seller, s.time_zone INTO seller, zone FROM shop s;
        today := now() AT TIME ZONE coalesce(zone, current_setting('TimeZone'));
        year := extract(year FROM today);
        of_series := of_series || coalesce((
            SELECT to_char(max(e.opened_at) AT TIME ZONE 'UTC', 'YYMMDDHH24MISS') FROM document_epoch e), '');
        INSERT INTO document_series AS s (series, year, last) VALUES (of_series, year, 1)
            ON CONFLICT ON CONSTRAINT document_series_pkey DO UPDATE SET last = s.last + 1
            RETURNING s.last INTO number;
        INSERT INTO document (kind, series, year, number, purchase_id, corrects, total, seller, issued_on, session_id)
            VALUES (
                of_kind, of_series, year, number, of_purchase,
                (SELECT d.id FROM document d WHERE d.purchase_id = of_purchase AND d.kind = 'invoice'),
                (SELECT sum(g.total) FROM unnest(totals) AS g (total)),
                -- Nobody is written down until `migrate`, which is about to, has done so.
                coalesce(seller, '{"name": "Online Grocery", "address": [], "vat_id": null}'),
                today, session)
            RETURNING id INTO made;
        INSERT INTO document_line (document_id, purchase_line_id, quantity, total)
            SELECT made, g.line, g.quantity, g.total FROM unnest(lines, quantities, totals) AS g (line, quantity, total);
        INSERT INTO document_vat (document_id, rate, gross, vat)
            SELECT made, g.rate, g.gross, g.vat FROM unnest(rates, grosses, vats) AS g (rate, gross, vat);
        RETURN document_number(of_series, year, number);
    END
    $$;
