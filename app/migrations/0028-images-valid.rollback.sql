ALTER TABLE category DROP CONSTRAINT category_image_fkey,
    ADD CONSTRAINT category_image_fkey FOREIGN KEY (image) REFERENCES image NOT VALID;
ALTER TABLE product DROP CONSTRAINT product_image_fkey,
    ADD CONSTRAINT product_image_fkey FOREIGN KEY (image) REFERENCES image NOT VALID;
