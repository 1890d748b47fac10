ALTER TABLE purchase
    DROP CONSTRAINT purchase_picker_fkey,
    ADD CONSTRAINT purchase_picker_fkey FOREIGN KEY (picker) REFERENCES login NOT VALID,
    DROP CONSTRAINT purchase_picking_check,
    ADD CONSTRAINT purchase_picking_check CHECK (
        num_nonnulls(picking_since, picker) <> 1 AND num_nonnulls(picked_at, ordered_total) <> 1
        AND (picked_at IS NULL OR picking_since IS NOT NULL)) NOT VALID,
    DROP CONSTRAINT purchase_ordered_total_check,
    ADD CONSTRAINT purchase_ordered_total_check CHECK (ordered_total >= 0 AND ordered_total < 'NaN') NOT VALID,
    DROP CONSTRAINT purchase_weight_tolerance_check,
    ADD CONSTRAINT purchase_weight_tolerance_check CHECK (weight_tolerance >= 0 AND weight_tolerance <= 1) NOT VALID;
ALTER TABLE purchase_line
    DROP CONSTRAINT purchase_line_substitute_for_fkey,
    ADD CONSTRAINT purchase_line_substitute_for_fkey FOREIGN KEY (substitute_for) REFERENCES purchase_line NOT VALID,
    DROP CONSTRAINT purchase_line_ordered_check,
    ADD CONSTRAINT purchase_line_ordered_check CHECK (
        num_nonnulls(ordered_quantity, ordered_total, ordered_coupon) = CASE WHEN ordered_quantity IS NULL THEN 0 ELSE 3 END
        AND num_nonnulls(ordered_quantity, substitute_for) <= 1) NOT VALID,
    DROP CONSTRAINT purchase_line_ordered_amounts_check,
    ADD CONSTRAINT purchase_line_ordered_amounts_check CHECK (
        ordered_quantity > 0 AND ordered_quantity < 'NaN' AND ordered_total >= 0 AND ordered_total < 'NaN'
        AND ordered_coupon >= 0 AND ordered_coupon < 'NaN') NOT VALID,
    DROP CONSTRAINT purchase_line_struck_check,
    ADD CONSTRAINT purchase_line_struck_check CHECK (
        quantity > 0 OR total = 0 AND num_nonnulls(ordered_quantity, substitute_for) = 1) NOT VALID,
    DROP CONSTRAINT purchase_line_quantity_check,
    ADD CONSTRAINT purchase_line_quantity_check CHECK (quantity >= 0 AND quantity < 'NaN') NOT VALID;
