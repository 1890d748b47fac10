ALTER TABLE product DROP CONSTRAINT product_deposit_id_fkey,
    ADD CONSTRAINT product_deposit_id_fkey FOREIGN KEY (deposit_id) REFERENCES deposit NOT VALID,
    DROP CONSTRAINT product_deposit_check,
    ADD CONSTRAINT product_deposit_check CHECK (deposit_id IS NULL OR unit = 'piece') NOT VALID;
ALTER TABLE cart_item DROP CONSTRAINT cart_item_label_price_check,
    ADD CONSTRAINT cart_item_label_price_check CHECK (label_price > 0 AND label_price < 'NaN') NOT VALID;
ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_deposit_of_fkey,
    ADD CONSTRAINT purchase_line_deposit_of_fkey FOREIGN KEY (deposit_of) REFERENCES purchase_line NOT VALID,
    DROP CONSTRAINT purchase_line_kind_check,
    ADD CONSTRAINT purchase_line_kind_check CHECK (num_nonnulls(product_id, deposit_of) = 1) NOT VALID;
ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_purchase_line_id_fkey,
    ADD CONSTRAINT stock_movement_purchase_line_id_fkey FOREIGN KEY (purchase_line_id) REFERENCES purchase_line NOT VALID;
