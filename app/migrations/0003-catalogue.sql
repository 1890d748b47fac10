-- depends: 0002-people

CREATE TABLE brand (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT brand_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER brand_stamp BEFORE UPDATE ON brand FOR EACH ROW EXECUTE FUNCTION stamp_update();

CREATE TABLE category (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT category_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    parent_id bigint CONSTRAINT category_parent_id_fkey REFERENCES category CHECK (parent_id <> id),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX category_parent_id ON category (parent_id);
CREATE TRIGGER category_stamp BEFORE UPDATE ON category FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- A tree, at most eight levels deep. The lock makes two moves that would close a ring together wait for each other.
CREATE FUNCTION check_category_tree() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ancestor bigint := NEW.parent_id;
        levels integer;
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('category tree'));
        WITH RECURSIVE below AS (
            SELECT NEW.id AS id, 1 AS level
            UNION ALL
            SELECT c.id, b.level + 1 FROM category c JOIN below b ON c.parent_id = b.id WHERE b.level < 9
        )
        SELECT max(level) INTO levels FROM below;
        WHILE ancestor IS NOT NULL LOOP
            levels := levels + 1;
            IF ancestor = NEW.id OR levels > 8 THEN
                RAISE EXCEPTION 'a category cannot lie below itself, nor more than eight levels deep'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'category_tree', TABLE = 'category';
            END IF;
            SELECT parent_id INTO ancestor FROM category WHERE id = ancestor;
        END LOOP;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER category_tree BEFORE INSERT OR UPDATE OF parent_id ON category
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION check_category_tree();

-- A discount runs from starts_on through ends_on, both days included, in the shop's time zone.
CREATE TABLE discount (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT discount_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    rate numeric(5,4) NOT NULL CHECK (rate > 0 AND rate < 1),
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER discount_stamp BEFORE UPDATE ON discount FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- Prices are per piece, kilogram or litre, and include VAT.
CREATE TABLE product (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT product_code_key UNIQUE CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
    gtin text CONSTRAINT product_gtin_key UNIQUE CHECK (is_gtin(gtin)),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
    brand_id bigint CONSTRAINT product_brand_id_fkey REFERENCES brand,
    category_id bigint NOT NULL CONSTRAINT product_category_id_fkey REFERENCES category,
    discount_id bigint CONSTRAINT product_discount_id_fkey REFERENCES discount,
    unit text NOT NULL CHECK (unit IN ('piece', 'kg', 'litre')),
    price numeric(12,2) NOT NULL CHECK (price > 0 AND price < 'NaN'),
    vat_rate numeric(5,4) NOT NULL CHECK (vat_rate >= 0 AND vat_rate < 1),
    reorder_level numeric(12,3) NOT NULL DEFAULT 0 CHECK (reorder_level >= 0 AND reorder_level < 'NaN'),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    search_text text NOT NULL DEFAULT '',
    search tsvector GENERATED ALWAYS AS (grocery_tsvector(search_text)) STORED
);
-- Lists are by name without case and accents, whatever the database's own collation.
CREATE INDEX product_name ON product (plain_text(name), id);
CREATE INDEX product_brand_id ON product (brand_id, plain_text(name), id);
CREATE INDEX product_category_id ON product (category_id, plain_text(name), id);
CREATE INDEX product_discount_id ON product (discount_id) WHERE discount_id IS NOT NULL;
CREATE INDEX product_search ON product USING gin (search);
CREATE INDEX product_search_text ON product USING gin (search_text gin_trgm_ops);
CREATE TRIGGER product_stamp BEFORE UPDATE ON product FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- What `q` looks in: the product's name, its brand's and its category's, without accents and case.
CREATE FUNCTION product_search_text(name text, brand bigint, category bigint) RETURNS text
    LANGUAGE sql STABLE
    AS $$
        SELECT plain_text(concat_ws(' ', name,
            (SELECT b.name FROM brand b WHERE b.id = brand), (SELECT c.name FROM category c WHERE c.id = category)))
    $$;

CREATE FUNCTION fill_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.search_text := product_search_text(NEW.name, NEW.brand_id, NEW.category_id);
        RETURN NEW;
    END
    $$;
CREATE TRIGGER product_fill_search BEFORE INSERT OR UPDATE OF name, brand_id, category_id ON product
    FOR EACH ROW EXECUTE FUNCTION fill_product_search();

CREATE FUNCTION rename_in_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF TG_TABLE_NAME = 'brand' THEN
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
            WHERE p.brand_id = NEW.id;
        ELSE
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
            WHERE p.category_id = NEW.id;
        END IF;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER brand_renamed AFTER UPDATE OF name ON brand
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION rename_in_product_search();
CREATE TRIGGER category_renamed AFTER UPDATE OF name ON category
    FOR EACH ROW WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION rename_in_product_search();

-- The price that a product is listed and charged at today: rounded once, half up, per unit.
-- A session's CURRENT_DATE is the shop's today, because its time zone is the shop's.
CREATE VIEW offer AS
    SELECT p.id AS product_id,
           (CASE WHEN d.id IS NULL THEN p.price ELSE round(p.price * (1 - d.rate), 2) END)::numeric(12,2) AS unit_price,
           coalesce(d.rate, 0)::numeric(5,4) AS discount_rate,
           d.id AS discount_id
    FROM product p
    LEFT JOIN discount d ON d.id = p.discount_id AND d.active
        AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);
