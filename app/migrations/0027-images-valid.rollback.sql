-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS category_image;
DROP INDEX CONCURRENTLY IF EXISTS product_image;
ALTER TABLE category DROP CONSTRAINT category_image_fkey,
    ADD CONSTRAINT category_image_fkey FOREIGN KEY (image) REFERENCES image NOT VALID;
ALTER TABLE product DROP CONSTRAINT product_image_fkey,
    ADD CONSTRAINT product_image_fkey FOREIGN KEY (image) REFERENCES image NOT VALID;
