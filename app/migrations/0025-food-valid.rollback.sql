ALTER TABLE product
    DROP CONSTRAINT product_net_quantity_check,
    ADD CONSTRAINT product_net_quantity_check
        CHECK ((net_quantity IS NULL) = (net_unit IS NULL) AND net_quantity > 0 AND net_quantity < 'NaN') NOT VALID,
    DROP CONSTRAINT product_net_unit_check,
    ADD CONSTRAINT product_net_unit_check
        CHECK (net_unit IS NULL OR net_unit IN ('g', 'kg', 'ml', 'l') AND unit = 'piece') NOT VALID,
    DROP CONSTRAINT product_ingredients_check,
    ADD CONSTRAINT product_ingredients_check
        CHECK (length(ingredients) <= 4000) NOT VALID,
    DROP CONSTRAINT product_allergens_check,
    ADD CONSTRAINT product_allergens_check
        CHECK (are_allergens(allergens)) NOT VALID,
    DROP CONSTRAINT product_diets_check,
    ADD CONSTRAINT product_diets_check
        CHECK (diets <@ '["vegan", "vegetarian", "halal", "kosher"]') NOT VALID,
    DROP CONSTRAINT product_nutrition_check,
    ADD CONSTRAINT product_nutrition_check
        CHECK (jsonb_typeof(nutrition) = 'object') NOT VALID,
    DROP CONSTRAINT product_food_texts_check,
    ADD CONSTRAINT product_food_texts_check
        CHECK (greatest(length(food_business), length(origin), length(storage)) <= 300) NOT VALID,
    DROP CONSTRAINT product_alcohol_check,
    ADD CONSTRAINT product_alcohol_check
        CHECK (alcohol ~ '^(100|[0-9]{1,2}([.][0-9])?)$') NOT VALID,
    DROP CONSTRAINT product_min_age_check,
    ADD CONSTRAINT product_min_age_check
        CHECK (min_age BETWEEN 1 AND 99) NOT VALID,
    DROP CONSTRAINT product_shelf_life_check,
    ADD CONSTRAINT product_shelf_life_check
        CHECK (shelf_life_days BETWEEN 1 AND 3650) NOT VALID;
ALTER TABLE purchase DROP CONSTRAINT purchase_age_checked_by_fkey,
    ADD CONSTRAINT purchase_age_checked_by_fkey FOREIGN KEY (age_checked_by) REFERENCES login NOT VALID;
