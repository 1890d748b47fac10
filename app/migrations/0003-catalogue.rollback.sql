DROP VIEW offer;
DROP TABLE product, discount, category, brand;
DROP FUNCTION rename_in_product_search();
DROP FUNCTION fill_product_search();
DROP FUNCTION product_search_text(text, bigint, bigint);
DROP FUNCTION check_category_tree();
