DROP FUNCTION IF EXISTS count_sales(integer);
DROP TABLE sales_counted;
DROP TABLE sales_rank;
DROP TABLE sales_of_day;
