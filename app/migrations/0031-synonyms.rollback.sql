DROP FUNCTION IF EXISTS synonymous_terms(text[]);
DROP TABLE synonym;
DROP TABLE synonym_list;
