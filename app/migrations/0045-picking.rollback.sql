-- The version before knows nothing of what was struck, or came instead.
DO $$
BEGIN
    IF EXISTS (SELECT FROM purchase WHERE picked_at IS NOT NULL) THEN
        RAISE EXCEPTION 'purchases were picked: the version before cannot tell of what was ordered';
    END IF;
END $$;

DROP FUNCTION IF EXISTS note_picking_event() CASCADE;
DROP FUNCTION IF EXISTS keep_purchase_picked() CASCADE;
DROP FUNCTION IF EXISTS charge_picked(uuid, bigint, bigint[], numeric[], bigint[], bigint[], numeric[], boolean[]);
DROP FUNCTION IF EXISTS picked_charge(numeric, numeric, numeric, numeric, numeric, numeric, numeric, jsonb);
DROP FUNCTION IF EXISTS most_picked(text, numeric, numeric, numeric);
DROP FUNCTION IF EXISTS weight_allowance(text, numeric, numeric, numeric, numeric);
-- It reads the tolerance; the next `migrate` makes it as it was.
DROP FUNCTION IF EXISTS place_basket(uuid, text, text, numeric, text, integer, integer, numeric, numeric, integer, timestamptz);
ALTER TABLE shop DROP COLUMN weight_tolerance;
ALTER TABLE purchase_line
    DROP COLUMN ordered_quantity, DROP COLUMN ordered_total, DROP COLUMN ordered_coupon, DROP COLUMN substitute_for,
    DROP CONSTRAINT IF EXISTS purchase_line_struck_check, DROP CONSTRAINT IF EXISTS purchase_line_ordered_check,
    DROP CONSTRAINT IF EXISTS purchase_line_ordered_amounts_check,
    DROP CONSTRAINT purchase_line_quantity_check,
    ADD CONSTRAINT purchase_line_quantity_check CHECK (quantity > 0 AND quantity < 'NaN'),
    DROP CONSTRAINT purchase_line_charged_check,
    ADD CONSTRAINT purchase_line_charged_check
        CHECK ((unit_price > 0 OR price = 0) AND (total > 0 OR unit_price = 0)) NOT VALID;
ALTER TABLE purchase
    DROP COLUMN picking_since, DROP COLUMN picker, DROP COLUMN picked_at, DROP COLUMN ordered_total, DROP COLUMN ordered_min_age,
    DROP COLUMN weight_tolerance;
