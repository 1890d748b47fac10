-- depends: 0044-till-valid

-- Who fetches what was ordered, since when, and when it was ready; what it came to, and the age that it asked for, when it was ordered; and by how much more
-- what is weighed might come to then. The status stays `placed` all the while: it holds promises.
ALTER TABLE purchase
    ADD COLUMN picking_since timestamptz,
    ADD COLUMN picker bigint,
    ADD COLUMN picked_at timestamptz,
    ADD COLUMN ordered_total numeric(12,2),
    ADD COLUMN ordered_min_age integer,
    ADD COLUMN weight_tolerance numeric(5,4) NOT NULL DEFAULT 0,
    ADD CONSTRAINT purchase_picker_fkey FOREIGN KEY (picker) REFERENCES login NOT VALID,
    ADD CONSTRAINT purchase_picking_check CHECK (
        num_nonnulls(picking_since, picker) <> 1 AND num_nonnulls(picked_at, ordered_total) <> 1
        AND (picked_at IS NULL OR picking_since IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT purchase_ordered_total_check CHECK (ordered_total >= 0 AND ordered_total < 'NaN') NOT VALID,
    ADD CONSTRAINT purchase_weight_tolerance_check CHECK (weight_tolerance >= 0 AND weight_tolerance <= 1) NOT VALID;

-- What was ordered, where something else came; quantity and total are what is charged. What came instead is a line of its own,
-- and so is the deposit on it. A line is struck, not deleted.
ALTER TABLE purchase_line
    ADD COLUMN ordered_quantity numeric(12,3),
    ADD COLUMN ordered_total numeric(12,2),
    ADD COLUMN ordered_coupon numeric(12,2),
    ADD COLUMN substitute_for bigint,
    ADD CONSTRAINT purchase_line_substitute_for_fkey FOREIGN KEY (substitute_for) REFERENCES purchase_line NOT VALID,
    ADD CONSTRAINT purchase_line_ordered_check CHECK (
        num_nonnulls(ordered_quantity, ordered_total, ordered_coupon) = CASE WHEN ordered_quantity IS NULL THEN 0 ELSE 3 END
        AND num_nonnulls(ordered_quantity, substitute_for) <= 1) NOT VALID,
    ADD CONSTRAINT purchase_line_ordered_amounts_check CHECK (
        ordered_quantity > 0 AND ordered_quantity < 'NaN' AND ordered_total >= 0 AND ordered_total < 'NaN'
        AND ordered_coupon >= 0 AND ordered_coupon < 'NaN') NOT VALID,
    ADD CONSTRAINT purchase_line_struck_check CHECK (
        quantity > 0 OR total = 0 AND num_nonnulls(ordered_quantity, substitute_for) = 1) NOT VALID;
-- because what the version before writes fits these too
-- squawk-ignore ban-drop-constraint
ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_quantity_check,
    ADD CONSTRAINT purchase_line_quantity_check CHECK (quantity >= 0 AND quantity < 'NaN') NOT VALID;
-- As it was, not for what was sold before: nothing is charged at nothing but what is free, or was struck.
-- because what the version before writes fits it too
-- squawk-ignore ban-drop-constraint
ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_charged_check,
    ADD CONSTRAINT purchase_line_charged_check
        CHECK ((unit_price > 0 OR price = 0) AND (total > 0 OR unit_price = 0 OR quantity = 0)) NOT VALID;

-- `migrate` writes it down from the settings, as who sells.
ALTER TABLE shop ADD COLUMN weight_tolerance numeric(5,4) NOT NULL DEFAULT 0;
