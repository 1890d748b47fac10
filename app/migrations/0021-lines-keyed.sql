-- depends: 0021-lines-filled

-- A cart's lines are few and go with it, so to see that all have an id takes a moment.
-- because old workers set the line of a product that has no label, of which there still is one: cart_item_unlabelled_key
-- squawk-ignore ban-drop-constraint
ALTER TABLE cart_item DROP CONSTRAINT cart_item_pkey, ADD CONSTRAINT cart_item_pkey PRIMARY KEY USING INDEX cart_item_line_key;

-- because old workers show what lines there are, and make one of each product
-- squawk-ignore ban-drop-constraint
ALTER TABLE purchase_line DROP CONSTRAINT purchase_line_product_key;
