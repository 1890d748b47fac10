-- depends: 0039-slots-valid

-- Who sells, as documents say it: `migrate` writes it down from the settings.
ALTER TABLE shop ADD COLUMN seller jsonb;

-- Behind each restore the numbers go on in series of their own, as the last ones given out are in no dump. They are known
-- by the moment, as how many were opened is in no dump either.
CREATE TABLE document_epoch (
    opened_at timestamptz PRIMARY KEY DEFAULT now()
);

-- The last number that was given out. Whoever takes one locks the row, and nothing else behind it.
CREATE TABLE document_series (
    series text NOT NULL CHECK (series ~ '^[a-z][a-z0-9]{0,19}$'),
    year integer NOT NULL,
    last integer NOT NULL CHECK (last > 0),
    PRIMARY KEY (series, year)
);

-- Invoices over what was handed over, and credit notes over what was given back of it; for good. One that corrects none is
-- over a purchase that was handed over before there were any.
CREATE TABLE document (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    series text NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    purchase_id uuid NOT NULL CONSTRAINT document_purchase_id_fkey REFERENCES purchase,
    corrects bigint CONSTRAINT document_corrects_fkey REFERENCES document,
    total numeric(12,2) NOT NULL CHECK (total >= 0 AND total < 'NaN'),
    seller jsonb NOT NULL,
    issued_on date NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT document_number_key UNIQUE (series, year, number),
    CONSTRAINT document_corrects_check CHECK (kind = 'credit_note' OR corrects IS NULL)
);
CREATE INDEX document_purchase_id ON document (purchase_id, id);
CREATE UNIQUE INDEX document_invoice_key ON document (purchase_id) WHERE kind = 'invoice';

-- So much of a purchase's line, and what was charged or given back for it. What was sold stays in the line, which does not change.
CREATE TABLE document_line (
    document_id bigint NOT NULL CONSTRAINT document_line_document_id_fkey REFERENCES document,
    purchase_line_id bigint NOT NULL CONSTRAINT document_line_purchase_line_id_fkey REFERENCES purchase_line,
    quantity numeric(12,3) NOT NULL CHECK (quantity >= 0 AND quantity < 'NaN'),
    total numeric(12,2) NOT NULL CHECK (total >= 0 AND total < 'NaN'),
    PRIMARY KEY (document_id, purchase_line_id)
);

CREATE TABLE document_vat (
    document_id bigint NOT NULL CONSTRAINT document_vat_document_id_fkey REFERENCES document,
    rate numeric(5,4) NOT NULL,
    gross numeric(12,2) NOT NULL CHECK (gross >= 0 AND gross < 'NaN'),
    vat numeric(12,2) NOT NULL CHECK (vat >= 0 AND vat <= gross),
    PRIMARY KEY (document_id, rate)
);

-- Who asked to be named on an invoice, and so on its credit notes.
CREATE TABLE document_buyer (
    document_id bigint PRIMARY KEY CONSTRAINT document_buyer_document_id_fkey REFERENCES document,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    address jsonb NOT NULL CHECK (jsonb_typeof(address) = 'array'),
    vat_id text CHECK (length(vat_id) BETWEEN 1 AND 32),
    named_at timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER document_epoch_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_epoch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_vat_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_vat
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER document_buyer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_buyer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
