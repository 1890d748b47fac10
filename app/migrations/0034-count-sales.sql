-- depends: 0033-search-indexed

-- How often a product was handed over on a day, and on the last thirty together: in how many purchases, not how much, as
-- kilograms and pieces do not compare. `tidy` counts; up to which movement it has, the one row of sales_counted says.
CREATE TABLE sales_of_day (
    product_id bigint NOT NULL CONSTRAINT sales_of_day_product_id_fkey REFERENCES product,
    day date NOT NULL,
    sales integer NOT NULL CHECK (sales > 0),
    PRIMARY KEY (product_id, day)
);
CREATE INDEX sales_of_day_day ON sales_of_day (day);

CREATE TABLE sales_rank (
    product_id bigint PRIMARY KEY CONSTRAINT sales_rank_product_id_fkey REFERENCES product,
    sales integer NOT NULL CHECK (sales >= 0)
);

CREATE TABLE sales_counted (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    movement_id bigint NOT NULL DEFAULT 0
);
INSERT INTO sales_counted DEFAULT VALUES;
