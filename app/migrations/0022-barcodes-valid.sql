-- depends: 0022-barcodes-filled

ALTER TABLE product VALIDATE CONSTRAINT product_plu_check;
ALTER TABLE product VALIDATE CONSTRAINT product_other_barcodes_check;
ALTER TABLE product VALIDATE CONSTRAINT product_packs_check;
