-- depends: 0057-figures-indexed

-- The sums of days that are over, so that reports over years are quick. `tidy` makes them (sum_up_day); nobody else writes
-- them, and each can be made anew from what it sums up. Up to which day there are, the one row of summed_until says.
CREATE TABLE summed_until (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    day date CHECK (isfinite(day))
);
INSERT INTO summed_until DEFAULT VALUES;

-- What was charged for a product on a day, less what was credited; the cost of the very lots; and what was left of them in
-- the evening. Of no named supplier is 0; a deposit is no product (0), and is known by its code. What a supplier's lots had
-- in the evening is there for each day on which anything became of the product, so the last one tells it all.
CREATE TABLE product_day (
    product_id bigint NOT NULL,
    day date NOT NULL,
    supplier_id bigint NOT NULL,
    deposit text NOT NULL CONSTRAINT product_day_deposit_check CHECK ((product_id = 0) = (deposit <> '')),
    quantity numeric(14,3) NOT NULL,
    gross numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    cost numeric(19,7) NOT NULL,
    on_hand numeric(14,3) NOT NULL,
    on_hand_cost numeric(19,7) NOT NULL,
    PRIMARY KEY (product_id, day, supplier_id, deposit)
);
CREATE INDEX product_day_day ON product_day (day);
-- Where nothing was left.
CREATE INDEX product_day_out ON product_day (day) WHERE on_hand = 0;

-- The same of months that are over, so that years are not many more rows than weeks. Known by its first day.
CREATE TABLE product_month (
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    product_id bigint NOT NULL,
    supplier_id bigint NOT NULL,
    deposit text NOT NULL,
    quantity numeric(14,3) NOT NULL,
    gross numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    cost numeric(19,7) NOT NULL,
    PRIMARY KEY (month, product_id, supplier_id, deposit)
);

-- The same by the hours of a day, of all products together, with the invoices that were issued.
CREATE TABLE sold_hour (
    day date NOT NULL,
    hour integer NOT NULL CHECK (hour >= 0 AND hour <= 23),
    gross numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    cost numeric(19,7) NOT NULL,
    purchases integer NOT NULL CHECK (purchases >= 0),
    PRIMARY KEY (day, hour)
);

CREATE TABLE vat_day (
    day date NOT NULL,
    rate numeric(5,4) NOT NULL,
    gross numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    PRIMARY KEY (day, rate)
);

-- At no till is ''.
CREATE TABLE paid_hour (
    day date NOT NULL,
    hour integer NOT NULL CHECK (hour >= 0 AND hour <= 23),
    till text NOT NULL,
    method text NOT NULL,
    taken numeric(14,2) NOT NULL CHECK (taken >= 0),
    given_back numeric(14,2) NOT NULL CHECK (given_back >= 0),
    rounding numeric(14,2) NOT NULL,
    PRIMARY KEY (day, hour, till, method)
);

-- What a discount, a multi-buy, a coupon or the end of their shelf life took off goods. Of reduced goods the code is ''.
CREATE TABLE promoted_day (
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('discount', 'multi_buy', 'coupon', 'reduced')),
    code text NOT NULL,
    product_id bigint NOT NULL,
    lines integer NOT NULL CHECK (lines >= 0),
    quantity numeric(14,3) NOT NULL,
    gross numeric(14,2) NOT NULL,
    vat numeric(14,2) NOT NULL,
    cost numeric(19,7) NOT NULL,
    taken_off numeric(14,2) NOT NULL,
    PRIMARY KEY (day, kind, code, product_id)
);
