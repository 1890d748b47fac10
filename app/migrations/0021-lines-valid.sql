-- depends: 0021-lines-keyed

ALTER TABLE product VALIDATE CONSTRAINT product_deposit_id_fkey;
ALTER TABLE product VALIDATE CONSTRAINT product_deposit_check;
ALTER TABLE cart_item VALIDATE CONSTRAINT cart_item_label_price_check;
ALTER TABLE purchase_line VALIDATE CONSTRAINT purchase_line_deposit_of_fkey;
ALTER TABLE purchase_line VALIDATE CONSTRAINT purchase_line_kind_check;
ALTER TABLE stock_movement VALIDATE CONSTRAINT stock_movement_purchase_line_id_fkey;
