-- transactional: false
-- depends: 0007-catalogue-functions

-- Each list of products is read in its order from one of these, or merged from parts of one: what is asked for by a value
-- comes first, then the order's own key. INCLUDE has what keys and prices are made of, so that the index alone is read.
-- app/product/selection.py says how.
DROP INDEX CONCURRENTLY IF EXISTS product_by_name;
CREATE INDEX CONCURRENTLY product_by_name ON product (active, plain_text(name), id) INCLUDE (name, price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_by_price;
CREATE INDEX CONCURRENTLY product_by_price ON product (active, coalesce(discount_id, 0), price, id) INCLUDE (discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_by_id;
CREATE INDEX CONCURRENTLY product_by_id ON product (active, id) INCLUDE (price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_brand_by_name;
CREATE INDEX CONCURRENTLY product_brand_by_name ON product (brand_id, active, plain_text(name), id) INCLUDE (name, price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_brand_by_price;
CREATE INDEX CONCURRENTLY product_brand_by_price ON product (brand_id, active, coalesce(discount_id, 0), price, id) INCLUDE (discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_brand_by_id;
CREATE INDEX CONCURRENTLY product_brand_by_id ON product (brand_id, active, id) INCLUDE (price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_by_name;
CREATE INDEX CONCURRENTLY product_category_by_name ON product (category_id, active, plain_text(name), id) INCLUDE (name, price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_by_price;
CREATE INDEX CONCURRENTLY product_category_by_price ON product (category_id, active, coalesce(discount_id, 0), price, id) INCLUDE (discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_by_id;
CREATE INDEX CONCURRENTLY product_category_by_id ON product (category_id, active, id) INCLUDE (price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_by_name;
CREATE INDEX CONCURRENTLY product_category_brand_by_name ON product (category_id, brand_id, active, plain_text(name), id) INCLUDE (name, price, discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_by_price;
CREATE INDEX CONCURRENTLY product_category_brand_by_price ON product (category_id, brand_id, active, coalesce(discount_id, 0), price, id) INCLUDE (discount_id);
DROP INDEX CONCURRENTLY IF EXISTS product_category_brand_by_id;
CREATE INDEX CONCURRENTLY product_category_brand_by_id ON product (category_id, brand_id, active, id) INCLUDE (price, discount_id);

-- These begin no list any more.
DROP INDEX CONCURRENTLY IF EXISTS product_name;
DROP INDEX CONCURRENTLY IF EXISTS product_brand_id;
DROP INDEX CONCURRENTLY IF EXISTS product_category_id;

-- Words come seldom and are looked up often: no list of what the index does not have yet.
DROP INDEX CONCURRENTLY IF EXISTS product_word_near;
CREATE INDEX CONCURRENTLY product_word_near ON product_word USING gin (near_forms(word)) WITH (fastupdate = off);

-- Lots by their last day, those that keep for ever last: all, and those with anything left. What the ledger is asked for.
-- The few who may change everything.
DROP INDEX CONCURRENTLY IF EXISTS stock_by_expiry;
CREATE INDEX CONCURRENTLY stock_by_expiry ON stock (coalesce(expires_on, 'infinity'), id);
DROP INDEX CONCURRENTLY IF EXISTS stock_left_by_expiry;
CREATE INDEX CONCURRENTLY stock_left_by_expiry ON stock (coalesce(expires_on, 'infinity'), id) WHERE on_hand > 0;
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_kind;
CREATE INDEX CONCURRENTLY stock_movement_kind ON stock_movement (kind, id);
DROP INDEX CONCURRENTLY IF EXISTS stock_movement_at;
CREATE INDEX CONCURRENTLY stock_movement_at ON stock_movement USING brin (at);
-- Whoever comes to collect says a part of a telephone number.
DROP INDEX CONCURRENTLY IF EXISTS purchase_contact_digits;
CREATE INDEX CONCURRENTLY purchase_contact_digits ON purchase
    USING gin (regexp_replace(contact_phone, '[^0-9]', '', 'g') gin_trgm_ops);
DROP INDEX CONCURRENTLY IF EXISTS login_admins;
CREATE INDEX CONCURRENTLY login_admins ON login (id) WHERE role = 'admin' AND active;

-- An index of expressions has statistics of its own.
DO $$ BEGIN ANALYZE product, product_word, stock, purchase; END $$;
