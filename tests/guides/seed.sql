-- The tables of the seed application that a shop moves with, and a little in each.
CREATE SCHEMA seed;
SET search_path = seed;
CREATE TABLE brand (id bigint, code text, name text, description text);
CREATE TABLE category (id bigint, code text, name text, description text);
CREATE TABLE discount (id bigint, code text, rate real);
CREATE TABLE product (
    id bigint, code text, name text, btype_id text, ctype_id text, unit_type text, sell_price real, purchase_price real,
    discount_id text
);
CREATE TABLE supplier (
    id bigint, sid text, company text, email text, bank_name text, bank_account text, mobile text, approved_date date
);
CREATE TABLE invoice_request (id bigint, code text, pcode_id text, purchase_date date);
CREATE TABLE stock (
    id bigint, sid_id text, invcode_id text, qty integer, payment_date date, received_date date, recieved_by text
);
CREATE TABLE customer (
    id bigint, custid text, type text, username_id text, firstname text, lastname text, "position" text, email text,
    mobile text, enrolled_date date
);

INSERT INTO brand VALUES (1, 'BR_01', 'Łaciate', 'Milk, "white"'), (2, 'BR_02', 'Höfgut', NULL);
INSERT INTO category VALUES (1, 'DAIRY', 'Dairy', 'Cold'), (2, 'FRUIT', 'Fruit', NULL);
INSERT INTO discount VALUES (1, 'TEN', 0.1), (2, 'HALF', 50);
INSERT INTO product VALUES
    (1, 'MILK-1L', 'Milk', 'BR_01', 'DAIRY', 'Pcs', 1.29, 0.81, 'TEN'),
    (2, 'GOUDA', 'Gouda', 'BR_02', 'DAIRY', 'Kg', 12.9, 8.4, NULL),
    (3, 'CIDER', 'Cider, cloudy', NULL, 'FRUIT', 'Litre', 1.1::real + 2.2::real, 2, 'HALF');
INSERT INTO supplier VALUES
    (1, 'SUP_1', 'Molkerei Nord', 'nord@molkerei.example', 'Bank', 'DE00 1234', '+49 40 1234', '2020-01-31');
INSERT INTO invoice_request VALUES (1, 'INV1', 'MILK-1L', '2021-02-01'), (2, 'INV2', 'GOUDA', '2021-02-01');
INSERT INTO stock VALUES
    (1, 'SUP_1', 'INV1', 40, '2021-02-02', '2021-02-03', 'eve'),
    (2, 'SUP_1', 'INV2', 7, '2021-02-02', '2021-02-03', 'eve'),
    (3, 'SUP_1', 'INV1', 0, '2021-02-02', NULL, NULL);
INSERT INTO customer VALUES
    (1, 'C1', 'regular', 'ada', 'Ada', 'Lovelace', NULL, 'ada@customer.example', '9876543210', '2020-05-01'),
    (2, 'C2', 'regular', 'bob', 'Bob', NULL, NULL, NULL, '9876543211', '2020-05-01');
