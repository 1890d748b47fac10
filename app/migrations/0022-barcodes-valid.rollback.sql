ALTER TABLE product
    DROP CONSTRAINT product_plu_check,
    ADD CONSTRAINT product_plu_check CHECK (plu ~ '^[0-9]{4,5}$' AND plu ~ '[1-9]') NOT VALID,
    DROP CONSTRAINT product_other_barcodes_check,
    ADD CONSTRAINT product_other_barcodes_check CHECK (are_barcodes(other_barcodes)) NOT VALID,
    DROP CONSTRAINT product_packs_check,
    ADD CONSTRAINT product_packs_check CHECK (unit = 'piece' OR NOT other_barcodes @? '$[*] ? (@.pieces <> 1)') NOT VALID;
