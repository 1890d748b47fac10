-- depends: 0029-discounts-valid

-- What a product was listed at, with which discounts on it, until when, and who changed it then: written down by a trigger.
CREATE TABLE former_price (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL CONSTRAINT former_price_product_id_fkey REFERENCES product ON DELETE CASCADE,
    price numeric(12,2) NOT NULL,
    discounts bigint[] NOT NULL,
    until timestamptz NOT NULL DEFAULT now(),
    login_id bigint CONSTRAINT former_price_login_id_fkey REFERENCES login
);
CREATE INDEX former_price_product_id ON former_price (product_id, id);

-- What a discount took off a unit, and when, until it was changed or deleted: the prices of then stay what they were.
CREATE TABLE former_discount (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    discount_id bigint NOT NULL,
    rate numeric(5,4),
    amount numeric(12,2),
    starts_on date NOT NULL,
    ends_on date,
    weekdays jsonb NOT NULL,
    active boolean NOT NULL,
    until timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX former_discount_discount_id ON former_discount (discount_id, id);

-- What a product will be listed at from a day on, and who said so.
CREATE TABLE coming_price (
    product_id bigint CONSTRAINT coming_price_product_id_fkey REFERENCES product ON DELETE CASCADE,
    starts_on date,
    price numeric(12,2) NOT NULL CHECK (price > 0 AND price < 'NaN'),
    login_id bigint CONSTRAINT coming_price_login_id_fkey REFERENCES login,
    PRIMARY KEY (product_id, starts_on)
);
CREATE INDEX coming_price_starts_on ON coming_price (starts_on, product_id);
