-- depends: 0024-coupons-valid

-- What Annex II of Regulation (EU) No 1169/2011 names, each with whether it is contained. Another list is another name.
CREATE FUNCTION are_allergens(declared jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT CASE WHEN jsonb_typeof(declared) = 'object' THEN NOT EXISTS (
            SELECT FROM jsonb_each_text(declared) a
            WHERE a.key NOT IN ('gluten', 'crustaceans', 'eggs', 'fish', 'peanuts', 'soybeans', 'milk', 'nuts', 'celery',
                                'mustard', 'sesame', 'sulphites', 'lupin', 'molluscs')
                OR a.value IS NULL OR a.value NOT IN ('contains', 'may_contain', 'free')) ELSE false END
    $$;

-- Food information, articles 9 and 14 of that Regulation, and the net quantity that the price per kilogram or litre follows
-- from.
ALTER TABLE product
    ADD COLUMN net_quantity numeric(12,3),
    ADD COLUMN net_unit text,
    ADD COLUMN ingredients text NOT NULL DEFAULT '',
    ADD COLUMN allergens jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN diets jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN nutrition jsonb,
    ADD COLUMN food_business text NOT NULL DEFAULT '',
    ADD COLUMN origin text NOT NULL DEFAULT '',
    ADD COLUMN storage text NOT NULL DEFAULT '',
    ADD COLUMN alcohol text,
    ADD COLUMN min_age integer,
    ADD COLUMN shelf_life_days integer,
    ADD CONSTRAINT product_net_quantity_check
        CHECK ((net_quantity IS NULL) = (net_unit IS NULL) AND net_quantity > 0 AND net_quantity < 'NaN') NOT VALID,
    ADD CONSTRAINT product_net_unit_check CHECK (net_unit IS NULL OR net_unit IN ('g', 'kg', 'ml', 'l') AND unit = 'piece') NOT VALID,
    ADD CONSTRAINT product_ingredients_check CHECK (length(ingredients) <= 4000) NOT VALID,
    ADD CONSTRAINT product_allergens_check CHECK (are_allergens(allergens)) NOT VALID,
    ADD CONSTRAINT product_diets_check CHECK (diets <@ '["vegan", "vegetarian", "halal", "kosher"]') NOT VALID,
    ADD CONSTRAINT product_nutrition_check CHECK (jsonb_typeof(nutrition) = 'object') NOT VALID,
    ADD CONSTRAINT product_food_texts_check CHECK (greatest(length(food_business), length(origin), length(storage)) <= 300) NOT VALID,
    ADD CONSTRAINT product_alcohol_check CHECK (alcohol ~ '^(100|[0-9]{1,2}([.][0-9])?)$') NOT VALID,
    ADD CONSTRAINT product_min_age_check CHECK (min_age BETWEEN 1 AND 99) NOT VALID,
    ADD CONSTRAINT product_shelf_life_check CHECK (shelf_life_days BETWEEN 1 AND 3650) NOT VALID;

-- The age that a buyer has to have, who says at checkout that he has it; and who looked, at hand-over.
ALTER TABLE purchase ADD COLUMN min_age integer, ADD COLUMN age_checked_by bigint,
    ADD CONSTRAINT purchase_age_checked_by_fkey FOREIGN KEY (age_checked_by) REFERENCES login NOT VALID;
