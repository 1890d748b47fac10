-- depends: 0049-lots-valid

-- How long a supplier takes, on which days it comes, and what an order must come to, without VAT.
ALTER TABLE supplier
    ADD COLUMN lead_days integer,
    ADD COLUMN delivery_days jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN least_order numeric(12,2),
    ADD CONSTRAINT supplier_lead_days_check CHECK (lead_days >= 0 AND lead_days <= 90) NOT VALID,
    ADD CONSTRAINT supplier_delivery_days_check CHECK (
        delivery_days <@ '["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]') NOT VALID,
    ADD CONSTRAINT supplier_least_order_check CHECK (least_order >= 0 AND least_order < 'NaN') NOT VALID;

-- What a supplier sells of which product. Packs and the least that is sold are in the product's unit.
CREATE TABLE supplier_article (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    supplier_id bigint NOT NULL CONSTRAINT supplier_article_supplier_id_fkey REFERENCES supplier,
    product_id bigint NOT NULL CONSTRAINT supplier_article_product_id_fkey REFERENCES product,
    article_number text CHECK (length(article_number) BETWEEN 1 AND 40),
    pack numeric(12,3) NOT NULL DEFAULT 1 CHECK (pack >= 0.001 AND pack < 'NaN'),
    unit_cost numeric(12,4) NOT NULL CHECK (unit_cost >= 0 AND unit_cost < 'NaN'),
    least_quantity numeric(12,3) NOT NULL DEFAULT 0 CHECK (least_quantity >= 0 AND least_quantity < 'NaN'),
    preferred boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT supplier_article_product_key UNIQUE (supplier_id, product_id)
);
CREATE UNIQUE INDEX supplier_article_product_id ON supplier_article (product_id, supplier_id);
CREATE UNIQUE INDEX supplier_article_preferred ON supplier_article (product_id) WHERE preferred;
CREATE TRIGGER supplier_article_stamp BEFORE UPDATE ON supplier_article FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- A draft has not been sent yet; 'open' is what was sent. The version that serves sends whatever it makes.
-- because old workers write no draft, and what they write keeps this rule
-- squawk-ignore ban-drop-constraint
ALTER TABLE invoice_request DROP CONSTRAINT invoice_request_status_check,
    ADD COLUMN sent_at timestamptz,
    ADD COLUMN expected_on date,
    ADD COLUMN proposed boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT invoice_request_status_check CHECK (
        status IN ('draft', 'open', 'partly_received', 'received', 'cancelled')) NOT VALID,
    ADD CONSTRAINT invoice_request_expected_on_check CHECK (isfinite(expected_on)) NOT VALID;
-- because the column is new, and what old workers make is sent at once
-- squawk-ignore ban-set-default
ALTER TABLE invoice_request ALTER COLUMN sent_at SET DEFAULT now();

-- The supplier's number and pack stay as they were when it was asked for. A little more may come than was asked for; why so
-- much was proposed is kept with it.
-- because old workers take no more than was asked for, and what they write keeps this rule
-- squawk-ignore ban-drop-constraint
ALTER TABLE invoice_request_line DROP CONSTRAINT invoice_request_line_received_check,
    ADD COLUMN article_number text,
    ADD COLUMN pack numeric(12,3),
    ADD COLUMN why jsonb,
    ADD CONSTRAINT invoice_request_line_received_check CHECK (received >= 0 AND received < 'NaN') NOT VALID,
    ADD CONSTRAINT invoice_request_line_article_number_check CHECK (length(article_number) BETWEEN 1 AND 40) NOT VALID,
    ADD CONSTRAINT invoice_request_line_pack_check CHECK (pack >= 0.001 AND pack < 'NaN') NOT VALID;

-- What came and was not taken, and what was taken though it was more than was asked for.
CREATE TABLE delivery_deviation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_request_line_id bigint NOT NULL
        CONSTRAINT delivery_deviation_line_id_fkey REFERENCES invoice_request_line,
    kind text NOT NULL CHECK (kind IN ('rejected', 'over_delivered')),
    quantity numeric(12,3) NOT NULL CHECK (quantity > 0 AND quantity < 'NaN'),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
    login_id bigint CONSTRAINT delivery_deviation_login_id_fkey REFERENCES login,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX delivery_deviation_line_id ON delivery_deviation (invoice_request_line_id, id);
CREATE TRIGGER delivery_deviation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_deviation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
