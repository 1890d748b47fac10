DROP FUNCTION IF EXISTS count_facets(integer);
DROP FUNCTION IF EXISTS price_ranges();
DROP TABLE facet_round;
DROP TABLE facet_count;
