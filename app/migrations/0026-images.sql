-- depends: 0025-food-valid

-- A picture in three sizes, each a WebP without metadata, the longest edge of the large one at most 1200 pixels. What it is
-- known by says which one it is, so a picture is never changed: another one is another row.
CREATE TABLE image (
    hash text PRIMARY KEY,
    small bytea NOT NULL CHECK (octet_length(small) BETWEEN 1 AND 131072),
    medium bytea NOT NULL CHECK (octet_length(medium) BETWEEN 1 AND 1048576),
    large bytea NOT NULL CHECK (octet_length(large) BETWEEN 1 AND 4194304),
    width integer NOT NULL CHECK (width BETWEEN 1 AND 1200),
    height integer NOT NULL CHECK (height BETWEEN 1 AND 1200),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT image_hash_check CHECK (hash = encode(sha256(large), 'hex'))
);

ALTER TABLE product ADD COLUMN image text,
    ADD CONSTRAINT product_image_fkey FOREIGN KEY (image) REFERENCES image NOT VALID;
ALTER TABLE category ADD COLUMN image text,
    ADD CONSTRAINT category_image_fkey FOREIGN KEY (image) REFERENCES image NOT VALID;
