-- depends: 0050-buyings-valid

CREATE SEQUENCE stock_count_number;

-- Goods that are counted on the shelf, to put the books right by. `category` is what it was opened for, if it was not a list.
CREATE TABLE stock_count (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT stock_count_code_key UNIQUE CHECK (code ~ '^CT-[0-9]{6,18}$'),
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'approved', 'cancelled')),
    category text,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    opened_by bigint CONSTRAINT stock_count_opened_by_fkey REFERENCES login,
    opened_at timestamptz NOT NULL DEFAULT now(),
    ended_by bigint CONSTRAINT stock_count_ended_by_fkey REFERENCES login,
    ended_at timestamptz,
    CONSTRAINT stock_count_ended_check CHECK ((ended_at IS NULL) = (status = 'open') AND (ended_by IS NULL OR ended_at IS NOT NULL))
);
CREATE INDEX stock_count_status ON stock_count (status, id);

-- What belongs to it, from its opening on, in the order of the shelf. What was found stands in it once it is approved: what there
-- was at that moment, what the books said, and what was booked of the difference, at which cost.
CREATE TABLE stock_count_product (
    count_id bigint NOT NULL CONSTRAINT stock_count_product_count_id_fkey REFERENCES stock_count,
    product_id bigint NOT NULL CONSTRAINT stock_count_product_product_id_fkey REFERENCES product,
    place integer NOT NULL CHECK (place > 0),
    open boolean NOT NULL DEFAULT true,
    round integer NOT NULL DEFAULT 1 CHECK (round > 0),
    round_at timestamptz NOT NULL DEFAULT now(),
    moment timestamptz,
    counted numeric(12,3) CHECK (counted >= 0 AND counted < 'NaN'),
    expected numeric(12,3) CHECK (expected < 'NaN'),
    booked numeric(12,3) CHECK (booked < 'NaN'),
    value numeric(12,2) CHECK (value < 'NaN'),
    PRIMARY KEY (count_id, product_id),
    CONSTRAINT stock_count_product_place_key UNIQUE (count_id, place),
    CONSTRAINT stock_count_product_found_check CHECK (
        num_nonnulls(moment, counted, expected, booked, value) IN (0, 5) AND (moment IS NULL OR NOT open))
);
-- In one open count at a time.
CREATE UNIQUE INDEX stock_count_product_open ON stock_count_product (product_id) WHERE open;

-- So much of a product was in a place. The client says who it is (id) and when; said_at is that by its own clock.
CREATE TABLE stock_count_scan (
    count_id bigint NOT NULL,
    id uuid NOT NULL,
    product_id bigint NOT NULL,
    round integer NOT NULL CHECK (round > 0),
    quantity numeric(12,3) NOT NULL CHECK (quantity >= 0 AND quantity < 'NaN'),
    place text NOT NULL DEFAULT '' CHECK (length(place) <= 40),
    counted_at timestamptz NOT NULL,
    said_at timestamptz NOT NULL,
    login_id bigint CONSTRAINT stock_count_scan_login_id_fkey REFERENCES login,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (count_id, id),
    CONSTRAINT stock_count_scan_product_fkey FOREIGN KEY (count_id, product_id) REFERENCES stock_count_product
);
CREATE INDEX stock_count_scan_round ON stock_count_scan (count_id, product_id, round);
CREATE TRIGGER stock_count_scan_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_count_scan
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A note beside the reason, which is of the shop's list where something is thrown away.
ALTER TABLE stock_movement
    ADD COLUMN stock_count_id bigint,
    ADD COLUMN note text,
    ADD CONSTRAINT stock_movement_note_check CHECK (length(note) <= 200) NOT VALID,
    ADD CONSTRAINT stock_movement_stock_count_id_fkey FOREIGN KEY (stock_count_id) REFERENCES stock_count NOT VALID;

-- What was put right about a lot, and why.
CREATE TABLE stock_correction (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stock_id bigint NOT NULL CONSTRAINT stock_correction_stock_id_fkey REFERENCES stock,
    field text NOT NULL,
    was text,
    becomes text,
    reason text NOT NULL CHECK (reason <> '' AND length(reason) <= 200),
    login_id bigint CONSTRAINT stock_correction_login_id_fkey REFERENCES login,
    at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT stock_correction_differs_check CHECK (was IS DISTINCT FROM becomes)
);
CREATE INDEX stock_correction_stock_id ON stock_correction (stock_id, id);
CREATE TRIGGER stock_correction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_correction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
