-- A product is in a cart once: what labels charge is left out.
DELETE FROM cart_item WHERE label_price IS NOT NULL;
ALTER TABLE cart_item DROP CONSTRAINT cart_item_pkey, ALTER COLUMN id DROP NOT NULL,
    ADD CONSTRAINT cart_item_pkey PRIMARY KEY (cart_id, product_id);
CREATE UNIQUE INDEX cart_item_line_key ON cart_item (cart_id, id);
ALTER TABLE purchase_line ADD CONSTRAINT purchase_line_product_key UNIQUE (purchase_id, product_id);
