-- depends: 0034-count-sales

-- How many products on sale have a value, of all that are: of a brand or category its id, of a price its range, of an allergen
-- what is declared. `tidy` counts in rounds; the one row of facet_round says which was the last to be finished and when it
-- began, and up to which product the next one has come.
CREATE TABLE facet_count (
    round integer NOT NULL,
    facet text NOT NULL CHECK (facet IN ('brand', 'category', 'price', 'allergen')),
    value text NOT NULL,
    products integer NOT NULL CHECK (products > 0),
    PRIMARY KEY (round, facet, value)
);
CREATE INDEX facet_count_most ON facet_count (round, facet, products DESC, value);

CREATE TABLE facet_round (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    finished integer NOT NULL DEFAULT 0,
    counted_at timestamptz,
    began_at timestamptz,
    done bigint NOT NULL DEFAULT 0
);
INSERT INTO facet_round DEFAULT VALUES;
