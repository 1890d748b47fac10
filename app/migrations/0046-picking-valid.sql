-- depends: 0045-picking

ALTER TABLE purchase VALIDATE CONSTRAINT purchase_picker_fkey, VALIDATE CONSTRAINT purchase_picking_check,
    VALIDATE CONSTRAINT purchase_ordered_total_check, VALIDATE CONSTRAINT purchase_weight_tolerance_check;
ALTER TABLE purchase_line VALIDATE CONSTRAINT purchase_line_substitute_for_fkey,
    VALIDATE CONSTRAINT purchase_line_ordered_check, VALIDATE CONSTRAINT purchase_line_ordered_amounts_check,
    VALIDATE CONSTRAINT purchase_line_struck_check, VALIDATE CONSTRAINT purchase_line_quantity_check;
