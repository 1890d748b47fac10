-- depends: 0027-images-indexed

ALTER TABLE product VALIDATE CONSTRAINT product_image_fkey;
ALTER TABLE category VALIDATE CONSTRAINT category_image_fkey;
