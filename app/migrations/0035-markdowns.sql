-- depends: 0034-facet-counts

-- What is close to its last day costs less: of a category and all below it, by so many days that are left. Rules of the
-- nearest category go before those of the ones above it.
CREATE TABLE markdown (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT markdown_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    category_id bigint NOT NULL CONSTRAINT markdown_category_id_fkey REFERENCES category,
    days_left integer NOT NULL CHECK (days_left BETWEEN 0 AND 365),
    rate numeric(5,4) NOT NULL CHECK (rate > 0 AND rate < 1),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX markdown_by_name ON markdown (active, plain_text(name), id);
CREATE UNIQUE INDEX markdown_days_key ON markdown (category_id, days_left) WHERE active;
CREATE TRIGGER markdown_stamp BEFORE UPDATE ON markdown FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- What these come to for each category, so that nobody has to climb the tree: of a lot with so many days left, the row with
-- the fewest that are not less. Kept by triggers; empty in a shop that marks nothing down, which costs it nothing then.
CREATE TABLE markdown_step (
    category_id bigint NOT NULL CONSTRAINT markdown_step_category_id_fkey REFERENCES category ON DELETE CASCADE,
    days_left integer NOT NULL,
    rate numeric(5,4) NOT NULL,
    PRIMARY KEY (category_id, days_left)
);

-- Which reduced goods a line is for: those with this day on them. NULL is what all else is.
ALTER TABLE cart_item ADD COLUMN best_before date;
ALTER TABLE purchase_line ADD COLUMN best_before date;
