-- depends: 0025-food-columns

ALTER TABLE product VALIDATE CONSTRAINT product_net_quantity_check;
ALTER TABLE product VALIDATE CONSTRAINT product_net_unit_check;
ALTER TABLE product VALIDATE CONSTRAINT product_ingredients_check;
ALTER TABLE product VALIDATE CONSTRAINT product_allergens_check;
ALTER TABLE product VALIDATE CONSTRAINT product_diets_check;
ALTER TABLE product VALIDATE CONSTRAINT product_nutrition_check;
ALTER TABLE product VALIDATE CONSTRAINT product_food_texts_check;
ALTER TABLE product VALIDATE CONSTRAINT product_alcohol_check;
ALTER TABLE product VALIDATE CONSTRAINT product_min_age_check;
ALTER TABLE product VALIDATE CONSTRAINT product_shelf_life_check;
ALTER TABLE purchase VALIDATE CONSTRAINT purchase_age_checked_by_fkey;
