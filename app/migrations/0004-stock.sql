-- depends: 0003-catalogue

CREATE TABLE supplier (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT supplier_code_key UNIQUE CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    email text CHECK (length(email) BETWEEN 3 AND 254),
    phone text CHECK (length(phone) BETWEEN 3 AND 32),
    address text CHECK (length(address) BETWEEN 1 AND 500),
    active boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER supplier_stamp BEFORE UPDATE ON supplier FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- What was asked of a supplier. It is received whole or in parts; what is still open can be cancelled.
CREATE TABLE invoice_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT invoice_request_code_key UNIQUE CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
    supplier_id bigint NOT NULL CONSTRAINT invoice_request_supplier_id_fkey REFERENCES supplier,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'partly_received', 'received', 'cancelled')),
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
    created_by bigint REFERENCES login,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX invoice_request_supplier_id ON invoice_request (supplier_id);
CREATE INDEX invoice_request_status ON invoice_request (status, id);
CREATE TRIGGER invoice_request_stamp BEFORE UPDATE ON invoice_request FOR EACH ROW EXECUTE FUNCTION stamp_update();
CREATE SEQUENCE invoice_request_number;

-- More than was asked for cannot be received on a line.
CREATE TABLE invoice_request_line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_request_id bigint NOT NULL REFERENCES invoice_request,
    product_id bigint NOT NULL CONSTRAINT invoice_request_line_product_id_fkey REFERENCES product,
    quantity numeric(12,3) NOT NULL CHECK (quantity > 0 AND quantity < 'NaN'),
    received numeric(12,3) NOT NULL DEFAULT 0
        CONSTRAINT invoice_request_line_received_check CHECK (received >= 0 AND received <= quantity),
    unit_cost numeric(12,4) NOT NULL CHECK (unit_cost >= 0 AND unit_cost < 'NaN'),
    CONSTRAINT invoice_request_line_product_key UNIQUE (invoice_request_id, product_id)
);
CREATE INDEX invoice_request_line_product_id ON invoice_request_line (product_id);

-- A lot: what came in together, at one cost and with one expiry date.
CREATE TABLE stock (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL CONSTRAINT stock_product_id_fkey REFERENCES product,
    supplier_id bigint CONSTRAINT stock_supplier_id_fkey REFERENCES supplier,
    invoice_request_line_id bigint REFERENCES invoice_request_line,
    on_hand numeric(12,3) NOT NULL DEFAULT 0 CHECK (on_hand >= 0 AND on_hand < 'NaN'),
    allocated numeric(12,3) NOT NULL DEFAULT 0,
    unit_cost numeric(12,4) NOT NULL CHECK (unit_cost >= 0 AND unit_cost < 'NaN'),
    expires_on date CHECK (isfinite(expires_on)),
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT stock_allocated_check CHECK (allocated >= 0 AND allocated <= on_hand)
);
-- First expired, first out: the order in which lots are given to a sale, of those with anything left.
CREATE INDEX stock_fefo ON stock (product_id, expires_on NULLS LAST, id) WHERE on_hand > 0;
CREATE INDEX stock_product_id ON stock (product_id, id);
CREATE INDEX stock_expires_on ON stock (expires_on, id) WHERE on_hand > 0;
CREATE INDEX stock_supplier_id ON stock (supplier_id);
CREATE INDEX stock_invoice_request_line_id ON stock (invoice_request_line_id);

-- The sums over a product's lots. Its row is the lock that every change of the product's stock takes first.
CREATE TABLE stock_level (
    product_id bigint PRIMARY KEY CONSTRAINT stock_level_product_id_fkey REFERENCES product,
    on_hand numeric(12,3) NOT NULL DEFAULT 0 CHECK (on_hand >= 0 AND on_hand < 'NaN'),
    allocated numeric(12,3) NOT NULL DEFAULT 0,
    CONSTRAINT stock_level_allocated_check CHECK (allocated >= 0 AND allocated <= on_hand)
) WITH (fillfactor = 50);

CREATE FUNCTION open_stock_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        INSERT INTO stock_level (product_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$;
CREATE TRIGGER product_stock_level AFTER INSERT ON product FOR EACH ROW EXECUTE FUNCTION open_stock_level();

-- A product that was never in stock can be deleted; its empty level goes with it.
CREATE FUNCTION close_stock_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        DELETE FROM stock_level WHERE product_id = OLD.id AND on_hand = 0 AND allocated = 0;
        RETURN OLD;
    END
    $$;
CREATE TRIGGER product_close_level BEFORE DELETE ON product FOR EACH ROW EXECUTE FUNCTION close_stock_level();

-- The unit that a product's quantities are counted in cannot change under them: the lock waits for stock that is coming in.
CREATE FUNCTION keep_unit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM FROM stock_level WHERE product_id = NEW.id FOR UPDATE;
        IF EXISTS (SELECT FROM stock WHERE product_id = NEW.id) THEN
            RAISE EXCEPTION 'the unit of a product with stock cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'product_unit_in_use', TABLE = 'product', COLUMN = 'unit';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER product_keep_unit BEFORE UPDATE OF unit ON product
    FOR EACH ROW WHEN (OLD.unit <> NEW.unit) EXECUTE FUNCTION keep_unit();

-- Every change of what is on hand. on_hand is the sum of these rows, for each lot and each product.
CREATE TABLE stock_movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL,
    product_id bigint NOT NULL REFERENCES product,
    stock_id bigint NOT NULL REFERENCES stock,
    quantity numeric(12,3) NOT NULL,
    reason text NOT NULL DEFAULT '' CHECK (length(reason) <= 200),
    login_id bigint REFERENCES login,
    purchase_id uuid,
    invoice_request_id bigint REFERENCES invoice_request,
    CONSTRAINT stock_movement_kind_check CHECK (
        quantity <> 'NaN' AND CASE kind
            WHEN 'receipt' THEN quantity > 0
            WHEN 'return' THEN quantity > 0 AND purchase_id IS NOT NULL
            WHEN 'sale' THEN quantity < 0 AND purchase_id IS NOT NULL
            WHEN 'waste' THEN quantity < 0 AND reason <> ''
            WHEN 'adjustment' THEN quantity <> 0 AND reason <> ''
            ELSE false END)
);
CREATE INDEX stock_movement_product_id ON stock_movement (product_id, id);
CREATE INDEX stock_movement_stock_id ON stock_movement (stock_id, id);
CREATE INDEX stock_movement_purchase_id ON stock_movement (purchase_id) WHERE purchase_id IS NOT NULL;
CREATE INDEX stock_movement_invoice_request_id ON stock_movement (invoice_request_id) WHERE invoice_request_id IS NOT NULL;
CREATE TRIGGER stock_movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The only writer of on_hand: the app's role may not update those columns itself. Levels are locked in product order
-- before anything is changed, so that two statements over the same products cannot deadlock.
CREATE FUNCTION apply_stock_movements() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM moved m JOIN stock s ON s.id = m.stock_id WHERE s.product_id <> m.product_id) THEN
            RAISE EXCEPTION 'a movement names a lot of another product'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_movement_lot_check', TABLE = 'stock_movement';
        END IF;
        PERFORM FROM stock_level WHERE product_id IN (SELECT product_id FROM moved) ORDER BY product_id FOR UPDATE;
        IF EXISTS (SELECT FROM moved m JOIN product p ON p.id = m.product_id WHERE p.unit = 'piece' AND m.quantity % 1 <> 0) THEN
            RAISE EXCEPTION 'a movement splits a piece'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_movement_whole_check', TABLE = 'stock_movement';
        END IF;
        UPDATE stock_level l SET on_hand = l.on_hand + m.quantity
            FROM (SELECT product_id, sum(quantity) AS quantity FROM moved GROUP BY product_id) m
            WHERE l.product_id = m.product_id;
        UPDATE stock s SET on_hand = s.on_hand + m.quantity
            FROM (SELECT stock_id, sum(quantity) AS quantity FROM moved GROUP BY stock_id) m
            WHERE s.id = m.stock_id;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER stock_movement_apply AFTER INSERT ON stock_movement
    REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION apply_stock_movements();

-- What can be sold today: what is on hand, less what is promised, less what has expired unpromised.
CREATE VIEW availability AS
    SELECT l.product_id, l.on_hand, l.allocated, x.expired,
           (l.on_hand - l.allocated - x.expired)::numeric(12,3) AS available
    FROM stock_level l
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(s.on_hand - s.allocated), 0)::numeric(12,3) AS expired
        FROM stock s
        WHERE s.product_id = l.product_id AND s.on_hand > 0 AND s.expires_on < CURRENT_DATE
    ) x;
