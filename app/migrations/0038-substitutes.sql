-- depends: 0038-guest-links-indexed

-- Whether something like it is welcome where there is none: of a line of a cart, and kept at checkout. No line of the version
-- before has said so.
ALTER TABLE cart_item ADD COLUMN substitute boolean NOT NULL DEFAULT false;
ALTER TABLE purchase_line ADD COLUMN substitute boolean NOT NULL DEFAULT false;
