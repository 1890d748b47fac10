-- depends: 0028-images-valid

-- Discounts are more than a rate of the price of what names them. They may be an amount off each unit, or so many pieces at
-- the price of fewer or at one price; on products, categories and brands; on some days of the week.
-- because the version that serves takes no rate for no discount
-- squawk-ignore ban-drop-not-null
ALTER TABLE discount ALTER COLUMN rate DROP NOT NULL,
    ADD COLUMN amount numeric(12,2),
    ADD COLUMN buy integer,
    ADD COLUMN pay integer,
    ADD COLUMN price numeric(12,2),
    ADD COLUMN weekdays jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN products jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN categories jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN brands jsonb NOT NULL DEFAULT '[]',
    ADD CONSTRAINT discount_kind_check
        CHECK (num_nonnulls(rate, amount, pay, price) = 1 AND (buy IS NULL) = (num_nonnulls(pay, price) = 0)) NOT VALID,
    ADD CONSTRAINT discount_amount_check CHECK (amount > 0 AND amount < 'NaN') NOT VALID,
    ADD CONSTRAINT discount_buy_check CHECK (buy BETWEEN 2 AND 1000) NOT VALID,
    ADD CONSTRAINT discount_pay_check CHECK (pay > 0 AND pay < buy) NOT VALID,
    ADD CONSTRAINT discount_price_check CHECK (price > 0 AND price < 'NaN') NOT VALID,
    ADD CONSTRAINT discount_weekdays_check CHECK (
        weekdays <@ '["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]') NOT VALID,
    ADD CONSTRAINT discount_on_check CHECK (
        jsonb_typeof(products) = 'array' AND jsonb_typeof(categories) = 'array' AND jsonb_typeof(brands) = 'array') NOT VALID;

-- Which discounts products may have: each set that there is once. What of it runs today, and takes off most, is seen when it
-- is read, so that what has a date needs nobody at midnight. The products of a set are in the order of their list prices in
-- the order of today's prices too, as no discount brings a dearer one below a cheaper one.
CREATE TABLE discount_set (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    discounts bigint[] NOT NULL CONSTRAINT discount_set_discounts_key UNIQUE CHECK (cardinality(discounts) > 0)
);
INSERT INTO discount_set (discounts) SELECT ARRAY[id] FROM discount;
ALTER TABLE product ADD COLUMN discount_set bigint NOT NULL DEFAULT 0;

-- What the version that serves says of a product is one discount. Another function takes this one's place before this version
-- serves.
CREATE FUNCTION named_discount_set() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.discount_set := 0;
        IF NEW.discount_id IS NOT NULL THEN
            INSERT INTO discount_set (discounts) VALUES (ARRAY[NEW.discount_id]) ON CONFLICT DO NOTHING;
            SELECT s.id INTO NEW.discount_set FROM discount_set s WHERE s.discounts = ARRAY[NEW.discount_id];
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER product_discount_set BEFORE INSERT OR UPDATE OF discount_id, discount_set ON product
    FOR EACH ROW EXECUTE FUNCTION named_discount_set();

-- That another discount is on it is no change of the product.
-- because it stamps as before whatever the version that serves changes
-- squawk-ignore ban-replace-view-function
CREATE OR REPLACE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW
    WHEN (NEW.search_text = OLD.search_text AND NEW.discount_set = OLD.discount_set OR NEW.name <> OLD.name
        OR NEW.brand_id IS DISTINCT FROM OLD.brand_id OR NEW.category_id <> OLD.category_id
        OR NEW.discount_id IS DISTINCT FROM OLD.discount_id)
    EXECUTE FUNCTION stamp_update();

-- What a line was charged by, as it was at checkout.
ALTER TABLE purchase_line ADD COLUMN discount jsonb;
CREATE TYPE ordered_line AS (
    item_id bigint, product_id bigint, code text, name text, unit text, quantity numeric, price numeric,
    discount_rate numeric, unit_price numeric, vat_rate numeric, label_price numeric, discount jsonb);
