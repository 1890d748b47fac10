-- edition 1
-- Charges a purchase that is being picked, or was before, for what came, by `by_login`, and has it ready. `lines` are all
-- lines of goods that were ordered, with so much of each; deposits follow their goods. Whatever came instead of one is a line
-- of its own, at its price of today, in place of the substitutes of before (whose lines are used again): the same product not
-- twice for a line.
--
-- Where nobody `agreed`, all substitutes for a line, with the deposits on them, cost what they stand in for at most: what was
-- ordered less what came of it. They have to cost a cent each at least: the lines of which that is too much are `dearer`, and
-- the caller must roll back. Else `substitutes` are the lines made, in the order of `instead_of`. VAT is worked out anew. Only
-- this function changes lines; the caller holds the purchase. One that nobody picks violates `purchase_picking_check`.
CREATE OR REPLACE FUNCTION charge_picked(
        of_purchase uuid, by_login bigint, lines bigint[], quantities numeric[],
        instead_of bigint[], products bigint[], amounts numeric[], agreed boolean[],
        OUT dearer bigint[], OUT substitutes bigint[])
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    #variable_conflict use_column
    DECLARE
        charged numeric[];
        age integer;
        -- Looked at once, as prices may change meanwhile.
        offers offer[] := ARRAY(SELECT o FROM offer o WHERE o.product_id = ANY (products));
    BEGIN
        IF NOT EXISTS (SELECT FROM purchase WHERE id = of_purchase AND status = 'placed' AND picking_since IS NOT NULL) THEN
            RAISE EXCEPTION 'nobody picks the purchase'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_picking_check', TABLE = 'purchase', COLUMN = 'picking_since';
        END IF;
        UPDATE purchase_line l SET
                quantity = n.picked, total = n.total, vat_amount = 0,
                coupon_amount = CASE WHEN l.coupon_amount IS NOT NULL THEN n.coupon END,
                ordered_quantity = CASE WHEN n.picked <> n.ordered THEN n.ordered END,
                ordered_total = CASE WHEN n.picked <> n.ordered THEN n.ordered_total END,
                ordered_coupon = CASE WHEN n.picked <> n.ordered THEN n.ordered_coupon END
            FROM (
                SELECT b.id, w.picked, b.ordered, b.ordered_total, b.ordered_coupon, c.total, c.coupon
                FROM unnest(lines, quantities) AS w (line, picked)
                JOIN (
                    SELECT o.id, o.deposit_of, o.price, o.unit_price, o.label_price, o.discount,
                           coalesce(o.ordered_quantity, o.quantity) AS ordered,
                           coalesce(o.ordered_total, o.total) AS ordered_total,
                           coalesce(o.ordered_coupon, o.coupon_amount, 0) AS ordered_coupon
                    FROM purchase_line o WHERE o.purchase_id = of_purchase AND o.substitute_for IS NULL
                ) b ON coalesce(b.deposit_of, b.id) = w.line
                CROSS JOIN LATERAL picked_charge(
                    b.ordered, b.ordered_total, b.ordered_coupon, w.picked,
                    b.price, b.unit_price, b.label_price, b.discount) c
            ) n
            WHERE l.id = n.id;
        UPDATE purchase_line SET quantity = 0, total = 0, vat_amount = 0
            WHERE purchase_id = of_purchase AND substitute_for IS NOT NULL AND quantity > 0;

        SELECT array_agg(s.line) FILTER (WHERE s.spare < 0),
               array_agg(CASE WHEN s.shares IS NULL THEN s.price ELSE s.lowest + s.shares[s.nth] END ORDER BY s.place)
            INTO dearer, charged
            FROM (
                SELECT q.*, CASE WHEN q.spare >= 0 THEN spread(q.spare, q.weights) END AS shares
                FROM (
                    SELECT p.*, array_agg(p.price - p.lowest) OVER line AS weights,
                           row_number() OVER (PARTITION BY p.line ORDER BY p.place) AS nth,
                           -- What may be charged above the lowest, if that is not all that they cost.
                           CASE WHEN NOT p.agreed AND sum(p.price + p.deposit) OVER line > r.cost
                               THEN r.cost - sum(p.lowest + p.deposit) OVER line END AS spare
                    FROM (
                        SELECT s.*, t.total AS price, least(t.total, 0.01) AS lowest,
                               coalesce(round(s.quantity * o.deposit_amount, 2), 0) AS deposit
                        FROM unnest(instead_of, products, amounts, agreed) WITH ORDINALITY AS s (line, product_id, quantity, agreed, place)
                        JOIN unnest(offers) o ON o.product_id = s.product_id
                        CROSS JOIN LATERAL (SELECT line_total(s.quantity, o.unit_price) AS total) t
                    ) p
                    CROSS JOIN LATERAL (
                        SELECT sum(coalesce(l.ordered_total, l.total) - l.total) AS cost
                        FROM purchase_line l
                        WHERE l.purchase_id = of_purchase AND coalesce(l.deposit_of, l.id) = p.line AND l.substitute_for IS NULL
                    ) r
                    WINDOW line AS (PARTITION BY p.line ORDER BY p.place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
                ) q
            ) s;
        IF dearer IS NOT NULL THEN
            RETURN;
        END IF;
        WITH numbered AS MATERIALIZED (
            SELECT coalesce(b.id, nextval('purchase_line_id_seq')) AS id, s.line, s.product_id, s.quantity, s.total, s.place
            FROM unnest(instead_of, products, amounts, charged) WITH ORDINALITY AS s (line, product_id, quantity, total, place)
            LEFT JOIN LATERAL (
                SELECT l.id FROM purchase_line l
                WHERE l.purchase_id = of_purchase AND l.substitute_for = s.line AND l.product_id = s.product_id LIMIT 1
            ) b ON true
        ), goods AS (
            INSERT INTO purchase_line (id, purchase_id, substitute_for, product_id, code, name, unit, quantity, price,
                                       discount_rate, unit_price, vat_rate, discount, total, vat_amount)
            OVERRIDING SYSTEM VALUE
            SELECT n.id, of_purchase, n.line, o.product_id, o.code, o.name, o.unit, n.quantity, o.price,
                   o.discount_rate, o.unit_price, o.vat_rate, o.discount_terms, n.total, 0
            FROM numbered n JOIN unnest(offers) o ON o.product_id = n.product_id
            ON CONFLICT (id) DO UPDATE SET
                code = EXCLUDED.code, name = EXCLUDED.name, unit = EXCLUDED.unit, quantity = EXCLUDED.quantity,
                price = EXCLUDED.price, discount_rate = EXCLUDED.discount_rate, unit_price = EXCLUDED.unit_price,
                vat_rate = EXCLUDED.vat_rate, discount = EXCLUDED.discount, total = EXCLUDED.total
        ), deposits AS (
            INSERT INTO purchase_line (id, purchase_id, substitute_for, deposit_of, code, name, unit, quantity, price,
                                       discount_rate, unit_price, vat_rate, total, vat_amount)
            OVERRIDING SYSTEM VALUE
            SELECT coalesce((
                       SELECT d.id FROM purchase_line d WHERE d.purchase_id = of_purchase AND d.deposit_of = n.id LIMIT 1),
                       nextval('purchase_line_id_seq')),
                   of_purchase, n.line, n.id, o.deposit_code, o.deposit_name, 'piece', n.quantity, o.deposit_amount,
                   0, o.deposit_amount, o.deposit_vat_rate, round(n.quantity * o.deposit_amount, 2), 0
            FROM numbered n JOIN unnest(offers) o ON o.product_id = n.product_id
            WHERE o.deposit_id IS NOT NULL
            ON CONFLICT (id) DO UPDATE SET
                code = EXCLUDED.code, name = EXCLUDED.name, quantity = EXCLUDED.quantity, price = EXCLUDED.price,
                unit_price = EXCLUDED.unit_price, vat_rate = EXCLUDED.vat_rate, total = EXCLUDED.total
        )
        SELECT coalesce(array_agg(n.id ORDER BY n.place), '{}'), max(o.min_age) INTO substitutes, age
            FROM numbered n JOIN unnest(offers) o ON o.product_id = n.product_id;

        UPDATE purchase_line l SET vat_amount = v.vat
            FROM (
                SELECT a.ids[v.place] AS id, v.vat
                FROM (
                    SELECT array_agg(l.id ORDER BY l.id) AS ids, array_agg(l.total ORDER BY l.id) AS totals,
                           array_agg(l.vat_rate ORDER BY l.id) AS rates
                    FROM purchase_line l WHERE l.purchase_id = of_purchase
                ) a CROSS JOIN LATERAL vat_of_lines(a.totals, a.rates) v
            ) v
            WHERE l.id = v.id;
        UPDATE purchase p SET
                ordered_total = coalesce(p.ordered_total, p.total), total = s.total, vat_total = s.vat,
                coupon_amount = CASE WHEN p.coupon_amount IS NOT NULL THEN s.coupon END,
                ordered_min_age = b.min_age, min_age = greatest(b.min_age, age), picker = by_login, picked_at = now()
            FROM (
                SELECT sum(l.total) AS total, sum(l.vat_amount) AS vat, coalesce(sum(l.coupon_amount), 0) AS coupon
                FROM purchase_line l WHERE l.purchase_id = of_purchase
            ) s
            CROSS JOIN (
                SELECT CASE WHEN o.picked_at IS NULL THEN o.min_age ELSE o.ordered_min_age END AS min_age
                FROM purchase o WHERE o.id = of_purchase
            ) b
            WHERE p.id = of_purchase;
    END
    $$;
