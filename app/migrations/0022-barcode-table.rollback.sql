DROP TRIGGER product_change_barcodes ON product;
DROP TRIGGER product_add_barcodes ON product;
DROP FUNCTION change_barcodes();
DROP FUNCTION add_barcodes();
DROP TABLE barcode;
ALTER TABLE product DROP COLUMN other_barcodes, DROP COLUMN plu;
DROP FUNCTION barcodes_of(text, jsonb);
DROP FUNCTION are_barcodes(jsonb);
