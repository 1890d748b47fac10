-- depends: 0021-lines-valid

-- More barcodes of a product than the one on a piece, `gtin`: [{"gtin": "4006381333948", "pieces": 6}]. And what it is keyed
-- in or weighed by: a PLU.

-- What is_gtin() is to one number; named with its schema, as a restore has no search path. Twenty are enough for a product.
CREATE FUNCTION are_barcodes(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT CASE WHEN jsonb_typeof(value) = 'array' AND jsonb_array_length(value) <= 20 THEN
            NOT EXISTS (
                SELECT FROM jsonb_array_elements(value) AS b (one)
                WHERE (CASE WHEN jsonb_typeof(b.one) = 'object' THEN
                    b.one - 'gtin' - 'pieces' = '{}'
                    AND jsonb_typeof(b.one -> 'gtin') = 'string' AND public.is_gtin(b.one ->> 'gtin') AND b.one ->> 'gtin' ~ '[1-9]'
                    AND jsonb_typeof(b.one -> 'pieces') = 'number' AND b.one ->> 'pieces' ~ '^[1-9][0-9]{0,3}$' END) IS NOT TRUE)
            ELSE false END
    $$;

ALTER TABLE product
    ADD COLUMN plu text,
    ADD COLUMN other_barcodes jsonb NOT NULL DEFAULT '[]';
ALTER TABLE product
    ADD CONSTRAINT product_plu_check CHECK (plu ~ '^[0-9]{4,5}$' AND plu ~ '[1-9]') NOT VALID,
    ADD CONSTRAINT product_other_barcodes_check CHECK (are_barcodes(other_barcodes)) NOT VALID,
    -- What is weighed or drawn has no packs of so many.
    ADD CONSTRAINT product_packs_check CHECK (unit = 'piece' OR NOT other_barcodes @? '$[*] ? (@.pieces <> 1)') NOT VALID;

-- Every barcode of every product, in its longest form: one number is one product, in whatever length it is written and
-- whichever of the two columns has it. Made of these by the triggers below, and by nobody else. The index on GTINs alone,
-- product_gtin14_key, is there for servers of the version before, and a later release drops it.
CREATE TABLE barcode (
    gtin14 text NOT NULL CONSTRAINT barcode_pkey PRIMARY KEY CHECK (gtin14 ~ '^[0-9]{14}$'),
    product_id bigint NOT NULL CONSTRAINT barcode_product_id_fkey REFERENCES product ON DELETE CASCADE,
    pieces integer NOT NULL CHECK (pieces BETWEEN 1 AND 9999)
);
CREATE INDEX barcode_product_id ON barcode (product_id);

-- These three make what the table keeps, and are made before it is filled: another text of one would need the table made
-- anew, so it is another name.
CREATE FUNCTION barcodes_of(gtin text, other_barcodes jsonb) RETURNS TABLE (gtin14 text, pieces integer)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT lpad(gtin, 14, '0'), 1 WHERE gtin IS NOT NULL
        UNION ALL
        SELECT lpad(b.one ->> 'gtin', 14, '0'), (b.one ->> 'pieces')::integer
        FROM jsonb_array_elements(other_barcodes) AS b (one)
    $$;

-- In one order for all rows of a statement: no two catalogues that come in together wait for each other.
CREATE FUNCTION add_barcodes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        INSERT INTO barcode (gtin14, product_id, pieces)
            SELECT b.gtin14, a.id, b.pieces
            FROM added a CROSS JOIN LATERAL barcodes_of(a.gtin, a.other_barcodes) b
            ORDER BY b.gtin14;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER product_add_barcodes AFTER INSERT ON product
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION add_barcodes();

CREATE FUNCTION change_barcodes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        DELETE FROM barcode o
            WHERE o.product_id = NEW.id AND NOT EXISTS (
                SELECT FROM barcodes_of(NEW.gtin, NEW.other_barcodes) b WHERE (b.gtin14, b.pieces) = (o.gtin14, o.pieces));
        INSERT INTO barcode (gtin14, product_id, pieces)
            SELECT b.gtin14, NEW.id, b.pieces
            FROM barcodes_of(NEW.gtin, NEW.other_barcodes) b
            WHERE NOT EXISTS (SELECT FROM barcode o WHERE o.product_id = NEW.id AND o.gtin14 = b.gtin14)
            ORDER BY b.gtin14;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER product_change_barcodes AFTER UPDATE OF gtin, other_barcodes ON product
    FOR EACH ROW WHEN ((OLD.gtin, OLD.other_barcodes) IS DISTINCT FROM (NEW.gtin, NEW.other_barcodes))
    EXECUTE FUNCTION change_barcodes();
