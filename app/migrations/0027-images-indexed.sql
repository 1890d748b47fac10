-- transactional: false
-- depends: 0026-images

-- By which it is found whether anything has a picture still.
DROP INDEX CONCURRENTLY IF EXISTS product_image;
CREATE INDEX CONCURRENTLY product_image ON product (image) WHERE image IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS category_image;
CREATE INDEX CONCURRENTLY category_image ON category (image) WHERE image IS NOT NULL;
