--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: fuzzystrmatch; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;


--
-- Name: EXTENSION fuzzystrmatch; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION fuzzystrmatch IS 'determine similarities and distance between strings';


--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: unaccent; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;


--
-- Name: EXTENSION unaccent; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION unaccent IS 'text search dictionary that removes accents';


--
-- Name: charged_at_rate; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.charged_at_rate AS (
	rate numeric,
	gross numeric,
	net numeric,
	vat numeric
);


--
-- Name: priced_line; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.priced_line AS (
	product_id bigint,
	code text,
	name text,
	unit text,
	quantity numeric,
	price numeric,
	discount_rate numeric,
	unit_price numeric,
	vat_rate numeric,
	total numeric,
	vat_amount numeric
);


--
-- Name: allocate_stock(bigint[], numeric[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.allocate_stock(products bigint[], quantities numeric[]) RETURNS TABLE(product_id bigint, stock_id bigint, quantity numeric, available numeric)
    LANGUAGE sql
    AS $$ SELECT * FROM allocate_stock(products, quantities, NULL) $$;


--
-- Name: allocate_stock(bigint[], numeric[], date); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.allocate_stock(products bigint[], quantities numeric[], keep_until date) RETURNS TABLE(product_id bigint, stock_id bigint, quantity numeric, available numeric)
    LANGUAGE sql
    AS $$
        SELECT a.product_id, a.stock_id, a.quantity, a.available
        FROM allocate_stock(products, quantities, keep_until, NULL, NULL) a
    $$;


--
-- Name: allocate_stock(bigint[], numeric[], date, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.allocate_stock(products bigint[], quantities numeric[], keep_until date, unpaid_share numeric, unpaid_quantity numeric) RETURNS TABLE(product_id bigint, stock_id bigint, quantity numeric, available numeric, held boolean)
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        enough bigint[];
        picked_products bigint[];
        picked_lots bigint[];
        picked numeric[];
        complete boolean;
    BEGIN
        -- A level that has too little is not even waited for: when something is sold out, the queue for it is over.
        enough := ARRAY(
            SELECT l.product_id FROM stock_level l
            JOIN unnest(products, quantities) AS w (product_id, quantity) USING (product_id)
            WHERE l.on_hand - l.allocated >= w.quantity
            ORDER BY l.product_id FOR NO KEY UPDATE OF l);
        IF cardinality(enough) = cardinality(products) THEN
            IF unpaid_share < 1 THEN
                RETURN QUERY
                    SELECT w.product_id, NULL::bigint, w.quantity,
                           greatest(trunc(m.most, CASE p.unit WHEN 'piece' THEN 0 ELSE 3 END), 0)::numeric(12,3), true
                    FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
                    JOIN product p ON p.id = w.product_id
                    JOIN stock_level l ON l.product_id = w.product_id
                    JOIN sellable a ON a.product_id = w.product_id
                    CROSS JOIN LATERAL (
                        SELECT coalesce(sum(n.quantity), 0) AS quantity
                        FROM purchase u JOIN purchase_line n ON n.purchase_id = u.id AND n.product_id = w.product_id
                        WHERE u.status = 'placed' AND u.paid = 0 AND u.total > 0 AND u.customer_id IS NULL
                            -- Most often it is known without looking: all that is promised, to anybody, is not too much.
                            AND l.allocated + w.quantity > unpaid_share * (a.available + l.allocated)
                    ) h
                    CROSS JOIN LATERAL (
                        SELECT CASE h.quantity WHEN 0 THEN greatest(unpaid_share * a.available, unpaid_quantity)
                               ELSE unpaid_share * (a.available + h.quantity) - h.quantity END AS most
                    ) m
                    WHERE w.quantity > m.most
                    ORDER BY w.place;
                IF FOUND THEN
                    RETURN;
                END IF;
            END IF;
            SELECT array_agg(w.product_id), array_agg(f.stock_id), array_agg(f.quantity),
                   sum(f.quantity) = (SELECT sum(q) FROM unnest(quantities) AS q)
                INTO picked_products, picked_lots, picked, complete
                FROM unnest(products, quantities) AS w (product_id, quantity)
                CROSS JOIN LATERAL (
                    -- What expired lots have promised will come from the others, and before anything else does.
                    SELECT array_agg(s.id) FILTER (WHERE s.fresh) AS lots,
                           array_agg(s.on_hand - s.allocated) FILTER (WHERE s.fresh) AS free,
                           array_agg(s.expires_on) FILTER (WHERE s.fresh) AS expiries,
                           sum(s.on_hand) FILTER (WHERE s.fresh) - sum(s.allocated) AS sellable
                    FROM (SELECT *, expires_on IS NULL OR expires_on >= CURRENT_DATE AS fresh FROM stock) s
                    WHERE s.product_id = w.product_id AND s.on_hand > 0 AND (s.on_hand > s.allocated OR NOT s.fresh)
                ) s
                CROSS JOIN LATERAL fefo(s.lots, s.free, s.expiries, least(w.quantity, s.sellable), 0, keep_until) f;
            IF complete THEN
                UPDATE stock_level l SET allocated = l.allocated + w.quantity
                    FROM unnest(products, quantities) AS w (product_id, quantity)
                    WHERE l.product_id = w.product_id;
                UPDATE stock s SET allocated = s.allocated + p.quantity
                    FROM unnest(picked_lots, picked) AS p (stock_id, quantity)
                    WHERE s.id = p.stock_id;
                RETURN QUERY SELECT *, NULL::numeric, false FROM unnest(picked_products, picked_lots, picked);
                RETURN;
            END IF;
        END IF;
        RETURN QUERY
            SELECT w.product_id, NULL::bigint, w.quantity, coalesce(a.available, 0.000), false
            FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
            LEFT JOIN availability a ON a.product_id = w.product_id
            -- What is free again since then was still refused.
            WHERE w.product_id <> ALL (enough) OR a.available < w.quantity
            ORDER BY w.place;
    END
    $$;


--
-- Name: apply_stock_movements(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.apply_stock_movements() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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


--
-- Name: beginning_with(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.beginning_with(known text) RETURNS text
    LANGUAGE sql STABLE STRICT
    AS $$
        SELECT quote_literal(known) || CASE WHEN every(following.word = known) THEN '' ELSE ':*' END
        FROM (
            -- Not LIKE: a plan that is to do for any word has no index for it.
            SELECT w.word FROM product_word w WHERE w.word ~>=~ known ORDER BY w.word USING ~<~ LIMIT 2
        ) following
        WHERE starts_with(following.word, known)
    $$;


--
-- Name: best_part(tsquery[], boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.best_part(terms tsquery[], offered boolean) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT
    AS $_$
    DECLARE
        best tsquery;
        part tsquery;
        had integer[];
        given CONSTANT integer := cardinality(terms);
    BEGIN
        terms := ARRAY(
            SELECT t.term FROM unnest(terms) WITH ORDINALITY AS t (term, n)
            WHERE t.term::text !~ '^''.''(:\*)?$' ORDER BY t.n);
        FOR had IN
            WITH term (sought, n) AS (SELECT * FROM unnest(terms) WITH ORDINALITY),
            sampled (id) AS (
                SELECT DISTINCT found.id FROM term CROSS JOIN LATERAL (
                    SELECT p.id FROM product p WHERE p.search @@ term.sought LIMIT 300) found),
            scored (had) AS (
                SELECT DISTINCT ARRAY(SELECT t.n FROM term t WHERE p.search @@ t.sought ORDER BY t.n)
                FROM sampled JOIN product p ON p.id = sampled.id WHERE p.active = offered)
            SELECT s.had FROM scored s WHERE cardinality(s.had) = (SELECT max(cardinality(m.had)) FROM scored m)
        LOOP
            IF cardinality(had) = given THEN
                RETURN NULL;
            END IF;
            part := terms[had[1]];
            FOR n IN 2 .. cardinality(had) LOOP
                part := part && terms[had[n]];
            END LOOP;
            best := coalesce(best || part, part);
        END LOOP;
        RETURN best;
    END
    $_$;


--
-- Name: check_category_tree(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_category_tree() RETURNS trigger
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


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: purchase; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.purchase (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    invoice_number bigint NOT NULL,
    cart_id uuid,
    customer_id bigint,
    contact_name text NOT NULL,
    contact_phone text,
    status text DEFAULT 'placed'::text NOT NULL,
    currency text NOT NULL,
    total numeric(12,2) NOT NULL,
    vat_total numeric(12,2) NOT NULL,
    placed_at timestamp with time zone DEFAULT now() NOT NULL,
    pay_by timestamp with time zone NOT NULL,
    collected_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    pricing_rules integer DEFAULT 1 NOT NULL,
    paid numeric(12,2) DEFAULT 0 NOT NULL,
    token_hash bytea,
    CONSTRAINT purchase_cancel_reason_check CHECK ((length(cancel_reason) <= 200)),
    CONSTRAINT purchase_check CHECK (((vat_total >= (0)::numeric) AND (vat_total <= total))),
    CONSTRAINT purchase_contact_name_check CHECK (((length(contact_name) >= 1) AND (length(contact_name) <= 120))),
    CONSTRAINT purchase_contact_phone_check CHECK (((length(contact_phone) >= 3) AND (length(contact_phone) <= 32))),
    CONSTRAINT purchase_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT purchase_moments_check CHECK ((((status = 'collected'::text) = (collected_at IS NOT NULL)) AND ((status = 'cancelled'::text) = (cancelled_at IS NOT NULL)))),
    CONSTRAINT purchase_status_check CHECK ((status = ANY (ARRAY['placed'::text, 'collected'::text, 'cancelled'::text]))),
    CONSTRAINT purchase_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT purchase_total_check CHECK (((total >= (0)::numeric) AND (total < 'NaN'::numeric)))
);


--
-- Name: purchase_line; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.purchase_line (
    id bigint NOT NULL,
    purchase_id uuid NOT NULL,
    product_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    unit text NOT NULL,
    quantity numeric(12,3) NOT NULL,
    price numeric(12,2) NOT NULL,
    discount_rate numeric(5,4) NOT NULL,
    unit_price numeric(12,2) NOT NULL,
    vat_rate numeric(5,4) NOT NULL,
    total numeric(12,2) NOT NULL,
    vat_amount numeric(12,2) NOT NULL,
    CONSTRAINT purchase_line_check CHECK (((unit_price >= (0)::numeric) AND (unit_price <= price))),
    CONSTRAINT purchase_line_check1 CHECK (((vat_amount >= (0)::numeric) AND (vat_amount <= total))),
    CONSTRAINT purchase_line_discount_rate_check CHECK (((discount_rate >= (0)::numeric) AND (discount_rate < (1)::numeric))),
    CONSTRAINT purchase_line_price_check CHECK (((price >= (0)::numeric) AND (price < 'NaN'::numeric))),
    CONSTRAINT purchase_line_quantity_check CHECK (((quantity > (0)::numeric) AND (quantity < 'NaN'::numeric))),
    CONSTRAINT purchase_line_total_check CHECK (((total >= (0)::numeric) AND (total < 'NaN'::numeric))),
    CONSTRAINT purchase_line_unit_check CHECK ((unit = ANY (ARRAY['piece'::text, 'kg'::text, 'litre'::text]))),
    CONSTRAINT purchase_line_vat_rate_check CHECK (((vat_rate >= (0)::numeric) AND (vat_rate < (1)::numeric)))
);


--
-- Name: check_out(uuid, text, text, numeric, text, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_out(of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer) RETURNS TABLE(outcome text, items json, total numeric, made public.purchase, lines public.purchase_line[])
    LANGUAGE sql
    AS $$ SELECT * FROM check_out(of_cart, by_name, by_phone, expected, in_currency, minutes_to_pay, NULL, NULL, NULL) $$;


--
-- Name: check_out(uuid, text, text, numeric, text, integer, integer, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_out(of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer, unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric) RETURNS TABLE(outcome text, items json, total numeric, made public.purchase, lines public.purchase_line[])
    LANGUAGE sql
    AS $$
        SELECT p.outcome, p.items, p.total, p.made, p.lines
        FROM place_purchase(of_cart, by_name, by_phone, expected, in_currency, minutes_to_pay,
                            unpaid_purchases, unpaid_share, unpaid_quantity) p
    $$;


--
-- Name: check_payment(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.check_payment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        owed numeric;
        balance numeric;
    BEGIN
        SELECT total INTO owed FROM purchase WHERE id = NEW.purchase_id FOR UPDATE;
        SELECT coalesce(sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END), 0) INTO balance
            FROM payment WHERE purchase_id = NEW.purchase_id;
        IF NEW.kind = 'payment' AND balance + NEW.amount > owed THEN
            RAISE EXCEPTION 'a payment above what is owed'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_above_total', TABLE = 'payment', COLUMN = 'amount';
        ELSIF NEW.kind = 'refund' AND NEW.amount > balance THEN
            RAISE EXCEPTION 'a refund above what was paid'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_above_paid', TABLE = 'payment', COLUMN = 'amount';
        END IF;
        UPDATE purchase SET paid = balance + CASE NEW.kind WHEN 'payment' THEN NEW.amount ELSE -NEW.amount END
            WHERE id = NEW.purchase_id;
        RETURN NEW;
    END
    $$;


--
-- Name: claim_idempotency_key(bigint, text, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.claim_idempotency_key(claim bigint, of_principal text, of_route text, of_key text) RETURNS TABLE(claimed boolean, request_hash bytea, status smallint, body text, headers text)
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    BEGIN
        -- Transaction-level, so that it ends with the work. A duplicate INSERT would wait for the first request instead
        -- of saying that it is still running.
        claimed := pg_try_advisory_xact_lock(claim);
        IF claimed THEN
            SELECT k.request_hash, k.status, k.body, k.headers::text INTO request_hash, status, body, headers
                FROM idempotency_key k WHERE k.principal = of_principal AND k.route = of_route AND k.key = of_key;
        END IF;
        RETURN NEXT;
    END
    $$;


--
-- Name: close_stock_level(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.close_stock_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    BEGIN
        DELETE FROM stock_level WHERE product_id = OLD.id AND on_hand = 0 AND allocated = 0;
        RETURN OLD;
    END
    $$;


--
-- Name: fefo(bigint[], numeric[], date[], numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.fefo(lots bigint[], free numeric[], expiries date[], wanted numeric) RETURNS TABLE(stock_id bigint, quantity numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT * FROM fefo(lots, free, expiries, wanted, 0, NULL) $$;


--
-- Name: fefo(bigint[], numeric[], date[], numeric, numeric, date); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.fefo(lots bigint[], free numeric[], expiries date[], wanted numeric, reserved numeric, keep_until date) RETURNS TABLE(stock_id bigint, quantity numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT q.lot, least(q.before + q.free, reserved + wanted) - greatest(q.before, reserved)
        FROM (
            SELECT f.lot, f.free,
                   coalesce(sum(f.free) OVER (
                       ORDER BY coalesce(f.expires_on < keep_until, false), f.expires_on NULLS LAST, f.lot
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
            FROM unnest(lots, free, expiries) AS f (lot, free, expires_on)
        ) q
        WHERE least(q.before + q.free, reserved + wanted) > greatest(q.before, reserved)
    $$;


--
-- Name: fill_product_search(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.fill_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.search_text := product_search_text(NEW.name, NEW.brand_id, NEW.category_id);
        RETURN NEW;
    END
    $$;


--
-- Name: grocery_tsvector(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.grocery_tsvector(value text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_tsvector('public.grocery'::regconfig, value) $$;


--
-- Name: is_gtin(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.is_gtin(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
        SELECT value ~ '^([0-9]{8}|[0-9]{12,14})$' AND (
            SELECT sum(substr(reverse(value), place, 1)::int * CASE WHEN place % 2 = 0 THEN 3 ELSE 1 END) % 10 = 0
            FROM generate_series(1, length(value)) AS place
        )
    $_$;


--
-- Name: keep_purchase_ended(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.keep_purchase_ended() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'a % purchase cannot change its status', OLD.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'purchase_ended', TABLE = 'purchase', COLUMN = 'status';
    END
    $$;


--
-- Name: keep_unit(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.keep_unit() RETURNS trigger
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


--
-- Name: learn_product_words(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.learn_product_words() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    BEGIN
        -- In one order, so that two catalogues that come in together cannot deadlock.
        INSERT INTO product_word (word)
            SELECT l.lexeme FROM unnest(NEW.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme !~ '[0-9]'
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;


--
-- Name: learn_words_of_new_products(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.learn_words_of_new_products() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO product_word (word)
            SELECT DISTINCT l.lexeme FROM added p CROSS JOIN LATERAL unnest(p.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;


--
-- Name: learn_words_with_figures(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.learn_words_with_figures() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    BEGIN
        -- In one order, so that two catalogues that come in together cannot deadlock.
        INSERT INTO product_word (word)
            SELECT l.lexeme FROM unnest(NEW.search) AS l
            WHERE length(l.lexeme) BETWEEN 3 AND 255 AND l.lexeme ~ '[0-9]'
            ORDER BY l.lexeme
            ON CONFLICT (word) DO NOTHING;
        RETURN NULL;
    END
    $$;


--
-- Name: line_total(numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.line_total(quantity numeric, unit_price numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT greatest(round(quantity * unit_price, 2), least(unit_price, 0.01)) $$;


--
-- Name: list_price_from(numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_price_from(reduced numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN reduced <= 0.01 THEN reduced
            ELSE ceil(100 * (reduced - 0.005) / (1 - rate)) / 100 END
    $$;


--
-- Name: meant_words(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.meant_words(typed text) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        plain text := plain_text(typed);
        letters integer := length(plain);
        most integer := CASE WHEN letters < 6 THEN 1 ELSE 2 END;
        -- As it was typed: without accents, nothing might be left of it.
        literal tsquery := to_tsquery('public.grocery', quote_literal(typed) || ':*');
        near tsquery;
    BEGIN
        IF letters < 3 OR letters > 60 OR plain ~ '[0-9]'
            OR EXISTS (SELECT FROM product_word WHERE word LIKE plain || '%') THEN
            RETURN literal;
        END IF;
        SELECT to_tsquery('simple', string_agg(quote_literal(n.word) || ':*', ' | ')) INTO near
        FROM (
            SELECT d.word, rank() OVER (ORDER BY d.distance, left(d.word, 1) <> left(plain, 1)) AS place
            FROM (
                SELECT w.word, levenshtein_less_equal(w.word, plain, 2) AS distance FROM product_word w
                WHERE length(w.word) BETWEEN letters - 2 AND letters + 2
            ) d
            WHERE d.distance <= most OR d.distance = 2 AND length(d.word) = letters
                AND (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(d.word, NULL)) c)
                  = (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(plain, NULL)) c)
        ) n
        WHERE n.place = 1;
        RETURN coalesce(near, literal);
    END
    $$;


--
-- Name: near_forms(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.near_forms(word text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        beginning text := left(word, 7);
        letters integer := length(beginning);
        forms text[] := ARRAY[beginning];
        shorter text;
    BEGIN
        FOR one IN 1 .. letters LOOP
            shorter := left(beginning, one - 1) || substr(beginning, one + 1);
            forms := forms || shorter;
            FOR other IN one .. letters - 1 LOOP
                forms := forms || (left(shorter, other - 1) || substr(shorter, other + 1));
            END LOOP;
        END LOOP;
        RETURN forms;
    END
    $$;


--
-- Name: open_stock_level(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.open_stock_level() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    BEGIN
        INSERT INTO stock_level (product_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$;


--
-- Name: phone_digits(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.phone_digits(phone text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT ltrim(regexp_replace(phone, '[^0-9]', '', 'g'), '0') $$;


--
-- Name: place_purchase(uuid, text, text, numeric, text, integer, integer, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.place_purchase(of_cart uuid, by_name text, by_phone text, expected numeric, in_currency text, minutes_to_pay integer, unpaid_purchases integer, unpaid_share numeric, unpaid_quantity numeric) RETURNS TABLE(outcome text, items json, total numeric, made public.purchase, lines public.purchase_line[], vat public.charged_at_rate[])
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        held record;
        priced priced_line[];
        products bigint[];
        quantities numeric[];
        totals numeric[];
        rates numeric[];
        vat_total numeric;
        vat_amounts numeric[];
        promised record;
    BEGIN
        SELECT c.status, c.customer_id, c.token_hash, coalesce(by_name, r.name) AS name, coalesce(by_phone, r.phone) AS phone,
               (SELECT s.currency FROM shop s) AS currency
            INTO held
            -- LIMIT, as a few customers would rather be read all.
            FROM cart c LEFT JOIN LATERAL (SELECT * FROM customer WHERE id = c.customer_id LIMIT 1) r ON true
            WHERE c.id = of_cart FOR NO KEY UPDATE OF c;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT sum(t.total),
               array_agg(o.product_id ORDER BY i.added_at, o.product_id), array_agg(i.quantity ORDER BY i.added_at, o.product_id),
               array_agg(t.total ORDER BY i.added_at, o.product_id), array_agg(o.vat_rate ORDER BY i.added_at, o.product_id),
               -- What VAT is in a line, all lines together tell.
               array_agg((o.product_id, o.code, o.name, o.unit, i.quantity, o.price, o.discount_rate, o.unit_price,
                          o.vat_rate, t.total, NULL)::priced_line
                         ORDER BY i.added_at, o.product_id),
               json_agg(json_build_object('product', o.code) ORDER BY i.added_at, o.product_id)
                   FILTER (WHERE NOT (o.active AND sold_in(o.unit, i.quantity)))
            INTO total, products, quantities, totals, rates, priced, items
            FROM cart_item i
            JOIN offer o ON o.product_id = i.product_id
            CROSS JOIN LATERAL (SELECT line_total(i.quantity, o.unit_price) AS total) t
            WHERE i.cart_id = of_cart;
        outcome := CASE
            WHEN held.status <> 'open' THEN 'checked_out'
            -- Whoever calls was set up for another shop. (Not where `migrate` is about to write it down.)
            WHEN in_currency <> held.currency THEN 'wrong_currency'
            -- A guest's cart is called for by somebody that the shop does not know.
            WHEN held.name IS NULL OR held.customer_id IS NULL AND held.phone IS NULL THEN 'no_contact'
            WHEN priced IS NULL THEN 'empty_cart'
            WHEN items IS NOT NULL THEN 'withdrawn'
            WHEN expected <> total THEN 'price_changed'
            ELSE 'placed' END;
        IF outcome <> 'placed' THEN
            RETURN NEXT;
            RETURN;
        END IF;

        IF unpaid_purchases IS NOT NULL THEN
            -- One after the other, as those that come at once would not count each other.
            PERFORM pg_advisory_xact_lock(18, hashtext(phone_digits(held.phone)));
            IF unpaid_purchases <= (
                SELECT count(*) FROM purchase u
                WHERE phone_digits(u.contact_phone) = phone_digits(held.phone) AND u.status = 'placed' AND u.paid = 0
                    AND u.total > 0 AND u.customer_id IS NULL)
            THEN
                outcome := 'unpaid_purchases';
                RETURN NEXT;
                RETURN;
            END IF;
        END IF;

        SELECT sum(v.vat), array_agg(v.vat ORDER BY v.place), array_agg(v.of_rate) FILTER (WHERE v.of_rate IS NOT NULL)
            INTO vat_total, vat_amounts, vat
            FROM vat_of_lines(totals, rates) v;

        -- From here on others wait for the products.
        SELECT * INTO promised
            FROM promise_stock(products, quantities, (now() + make_interval(mins => minutes_to_pay))::date,
                               unpaid_share, unpaid_quantity);
        IF promised.refused <> '' THEN
            SELECT json_agg(json_build_object('product', p.code, 'requested', s.quantity::text, 'available', s.available::text)
                            ORDER BY s.place)
                INTO items
                FROM unnest(promised.of_products, promised.amounts, promised.available)
                    WITH ORDINALITY AS s (product_id, quantity, available, place)
                JOIN product p ON p.id = s.product_id;
            outcome := promised.refused;
            RETURN NEXT;
            RETURN;
        END IF;
        INSERT INTO purchase AS p (cart_id, token_hash, customer_id, contact_name, contact_phone, currency, total, vat_total,
                                   pricing_rules, pay_by)
            VALUES (of_cart, held.token_hash, held.customer_id, held.name, held.phone, in_currency, total,
                    vat_total, 2, now() + make_interval(mins => minutes_to_pay))
            RETURNING p.* INTO made;
        WITH line AS (
            INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price,
                                       vat_rate, total, vat_amount)
            SELECT made.id, l.product_id, l.code, l.name, l.unit, l.quantity, l.price, l.discount_rate, l.unit_price,
                   l.vat_rate, l.total, l.vat
            FROM unnest(priced, vat_amounts) AS l (
                product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, total, unknown, vat)
            RETURNING *
        ), served AS (
            INSERT INTO allocation (purchase_line_id, stock_id, quantity)
            SELECT line.id, a.stock_id, a.quantity
            FROM line
            JOIN unnest(promised.of_products, promised.lots, promised.amounts) AS a (product_id, stock_id, quantity)
                USING (product_id)
        )
        SELECT array_agg(line) INTO lines FROM line;
        UPDATE cart SET status = 'checked_out' WHERE id = of_cart;
        RETURN NEXT;
    END
    $$;


--
-- Name: plain_text(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.plain_text(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, value)) $$;


--
-- Name: product_search_text(text, bigint, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.product_search_text(name text, brand bigint, category bigint) RETURNS text
    LANGUAGE sql STABLE
    AS $$
        SELECT search_words(regexp_replace(concat_ws(' ', name,
            (SELECT b.name FROM brand b WHERE b.id = brand), (SELECT c.name FROM category c WHERE c.id = category)),
            '[&\ufe60\uff06]', ' and ', 'g'))
    $$;


--
-- Name: promise_stock(bigint[], numeric[], date, numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.promise_stock(products bigint[], quantities numeric[], keep_until date, unpaid_share numeric, unpaid_quantity numeric, OUT refused text, OUT of_products bigint[], OUT lots bigint[], OUT amounts numeric[], OUT available numeric[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
    #variable_conflict use_column
    DECLARE
        enough bigint[];
        complete boolean;
    BEGIN
        refused := '';
        -- A level that has too little is not even waited for: when something is sold out, the queue for it is over.
        enough := ARRAY(
            SELECT l.product_id FROM stock_level l
            JOIN unnest(products, quantities) AS w (product_id, quantity) USING (product_id)
            WHERE l.on_hand - l.allocated >= w.quantity
            ORDER BY l.product_id FOR NO KEY UPDATE OF l);
        IF cardinality(enough) = cardinality(products) THEN
            IF unpaid_share < 1 THEN
                SELECT array_agg(w.product_id ORDER BY w.place), array_agg(w.quantity ORDER BY w.place),
                       array_agg(greatest(trunc(m.most, CASE p.unit WHEN 'piece' THEN 0 ELSE 3 END), 0)::numeric(12,3)
                                 ORDER BY w.place)
                    INTO of_products, amounts, available
                    FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
                    JOIN product p ON p.id = w.product_id
                    JOIN stock_level l ON l.product_id = w.product_id
                    JOIN sellable a ON a.product_id = w.product_id
                    CROSS JOIN LATERAL (
                        SELECT coalesce(sum(n.quantity), 0) AS quantity
                        FROM purchase u JOIN purchase_line n ON n.purchase_id = u.id AND n.product_id = w.product_id
                        WHERE u.status = 'placed' AND u.paid = 0 AND u.total > 0 AND u.customer_id IS NULL
                            -- Most often it is known without looking: all that is promised, to anybody, is not too much.
                            AND l.allocated + w.quantity > unpaid_share * (a.available + l.allocated)
                    ) h
                    CROSS JOIN LATERAL (
                        SELECT CASE h.quantity WHEN 0 THEN greatest(unpaid_share * a.available, unpaid_quantity)
                               ELSE unpaid_share * (a.available + h.quantity) - h.quantity END AS most
                    ) m
                    WHERE w.quantity > m.most;
                IF of_products IS NOT NULL THEN
                    refused := 'held_by_guests';
                    RETURN;
                END IF;
            END IF;
            SELECT array_agg(w.product_id), array_agg(f.stock_id), array_agg(f.quantity),
                   sum(f.quantity) = (SELECT sum(q) FROM unnest(quantities) AS q)
                INTO of_products, lots, amounts, complete
                FROM unnest(products, quantities) AS w (product_id, quantity)
                CROSS JOIN LATERAL (
                    -- What expired lots have promised will come from the others, and before anything else does.
                    SELECT array_agg(s.id) FILTER (WHERE s.fresh) AS lots,
                           array_agg(s.on_hand - s.allocated) FILTER (WHERE s.fresh) AS free,
                           array_agg(s.expires_on) FILTER (WHERE s.fresh) AS expiries,
                           sum(s.on_hand) FILTER (WHERE s.fresh) - sum(s.allocated) AS sellable
                    FROM (SELECT *, expires_on IS NULL OR expires_on >= CURRENT_DATE AS fresh FROM stock) s
                    WHERE s.product_id = w.product_id AND s.on_hand > 0 AND (s.on_hand > s.allocated OR NOT s.fresh)
                ) s
                CROSS JOIN LATERAL fefo(s.lots, s.free, s.expiries, least(w.quantity, s.sellable), 0, keep_until) f;
            IF complete THEN
                UPDATE stock_level l SET allocated = l.allocated + w.quantity
                    FROM unnest(products, quantities) AS w (product_id, quantity)
                    WHERE l.product_id = w.product_id;
                UPDATE stock s SET allocated = s.allocated + p.quantity
                    FROM unnest(lots, amounts) AS p (stock_id, quantity)
                    WHERE s.id = p.stock_id;
                RETURN;
            END IF;
        END IF;
        refused := 'out_of_stock';
        lots := NULL;
        SELECT array_agg(w.product_id ORDER BY w.place), array_agg(w.quantity ORDER BY w.place),
               array_agg(coalesce(a.available, 0.000) ORDER BY w.place)
            INTO of_products, amounts, available
            FROM unnest(products, quantities) WITH ORDINALITY AS w (product_id, quantity, place)
            LEFT JOIN availability a ON a.product_id = w.product_id
            -- What is free again since then was still refused.
            WHERE w.product_id <> ALL (enough) OR a.available < w.quantity;
    END
    $$;


--
-- Name: cart; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cart (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    token_hash bytea,
    customer_id bigint,
    status text DEFAULT 'open'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT cart_owner_check CHECK (((token_hash IS NULL) <> (customer_id IS NULL))),
    CONSTRAINT cart_status_check CHECK ((status = ANY (ARRAY['open'::text, 'checked_out'::text]))),
    CONSTRAINT cart_token_hash_check CHECK ((length(token_hash) = 32))
);


--
-- Name: cart_item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cart_item (
    cart_id uuid NOT NULL,
    product_id bigint NOT NULL,
    quantity numeric(12,3) NOT NULL,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT cart_item_quantity_check CHECK (((quantity > (0)::numeric) AND (quantity < 'NaN'::numeric)))
);


--
-- Name: put_cart_item(uuid, text, numeric, integer, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.put_cart_item(of_cart uuid, of_code text, wanted numeric, days integer, most_lines integer) RETURNS TABLE(outcome text, cart public.cart, items public.cart_item[])
    LANGUAGE plpgsql
    AS $$
    DECLARE
        found_id bigint;
        keep_until timestamptz := now() + make_interval(days => days);
    BEGIN
        -- Nothing is put into a cart while it is checked out.
        SELECT * INTO cart FROM cart c WHERE c.id = of_cart FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN;
        END IF;
        SELECT p.id, CASE
            WHEN NOT p.active THEN 'withdrawn'
            WHEN NOT sold_in(p.unit, wanted) THEN 'not_whole'
            ELSE 'put' END
        INTO found_id, outcome FROM product p WHERE p.code = of_code;
        IF cart.status <> 'open' THEN
            outcome := 'checked_out';
        ELSIF found_id IS NULL THEN
            outcome := 'no_product';
        ELSIF outcome = 'put' THEN
            INSERT INTO cart_item AS i (cart_id, product_id, quantity)
                SELECT of_cart, found_id, wanted
                WHERE most_lines > (SELECT count(*) FROM cart_item o WHERE o.cart_id = of_cart AND o.product_id <> found_id)
                ON CONFLICT (cart_id, product_id) DO UPDATE SET quantity = EXCLUDED.quantity;
            IF NOT FOUND THEN
                outcome := 'full';
            -- Use keeps a cart. Not to the second: a time that is indexed costs most of what the change does.
            ELSIF cart.expires_at < keep_until - interval '1 hour' THEN
                UPDATE cart c SET expires_at = keep_until WHERE c.id = of_cart RETURNING c.* INTO cart;
            END IF;
            items := ARRAY(SELECT i FROM cart_item i WHERE i.cart_id = of_cart);
        END IF;
        RETURN NEXT;
    END
    $$;


--
-- Name: reduced_price(numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.reduced_price(price numeric, rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT CASE WHEN rate IS NOT NULL THEN greatest(round(price * (1 - rate), 2), least(price, 0.01)) END $$;


--
-- Name: refuse_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END
    $$;


--
-- Name: relevance(text[], text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.relevance(words text[], name text) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT round(1000 * (
            coalesce(word_similarity(words[1], name), 0) + coalesce(word_similarity(words[2], name), 0)
            + coalesce(word_similarity(words[3], name), 0) + coalesce(word_similarity(words[4], name), 0)
            + coalesce(word_similarity(words[5], name), 0) + coalesce(word_similarity(words[6], name), 0)
            + coalesce(word_similarity(words[7], name), 0) + coalesce(word_similarity(words[8], name), 0)
            + coalesce(similarity(array_to_string(words, ' '), name), 0)
            + 2 * coalesce(similarity(array_to_string(words, ' '), coalesce(substring(name FROM '^[^,;:(0-9]+'), name)), 0)
        ))::integer
    $$;


--
-- Name: rename_in_product_search(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.rename_in_product_search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        ids bigint[];
        few CONSTANT integer := 200;
    BEGIN
        IF TG_TABLE_NAME = 'brand' THEN
            ids := ARRAY(SELECT p.id FROM product p WHERE p.brand_id = NEW.id LIMIT few + 1);
        ELSE
            ids := ARRAY(SELECT p.id FROM product p WHERE p.category_id = NEW.id LIMIT few + 1);
        END IF;
        IF cardinality(ids) <= few THEN
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
                WHERE p.id = ANY (ids);
        ELSIF TG_TABLE_NAME = 'brand' THEN
            INSERT INTO renamed (brand_id) VALUES (NEW.id) ON CONFLICT (brand_id) DO UPDATE SET done = 0;
        ELSE
            INSERT INTO renamed (category_id) VALUES (NEW.id) ON CONFLICT (category_id) DO UPDATE SET done = 0;
        END IF;
        RETURN NULL;
    END
    $$;


--
-- Name: renew_product_search(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.renew_product_search(most integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
    DECLARE
        mark renamed;
        ids bigint[];
        came_to integer := 0;
    BEGIN
        LOOP
            SELECT * INTO mark FROM renamed ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
            EXIT WHEN NOT FOUND OR came_to >= most;
            ids := CASE WHEN mark.brand_id IS NULL THEN ARRAY(
                SELECT p.id FROM product p WHERE p.category_id = mark.category_id AND p.active IN (true, false)
                    AND p.id > mark.done ORDER BY p.id LIMIT most - came_to)
            ELSE ARRAY(
                SELECT p.id FROM product p WHERE p.brand_id = mark.brand_id AND p.active IN (true, false)
                    AND p.id > mark.done ORDER BY p.id LIMIT most - came_to)
            END;
            UPDATE product p SET search_text = product_search_text(p.name, p.brand_id, p.category_id)
                WHERE p.id = ANY (ids) AND p.search_text <> product_search_text(p.name, p.brand_id, p.category_id);
            came_to := came_to + cardinality(ids);
            IF came_to < most THEN
                DELETE FROM renamed WHERE id = mark.id;
            ELSE
                UPDATE renamed SET done = ids[cardinality(ids)] WHERE id = mark.id;
            END IF;
        END LOOP;
        RETURN came_to;
    END
    $$;


--
-- Name: rfc3339(timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.rfc3339(moment timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    AS $$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;


--
-- Name: search_words(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.search_words(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        -- What is not seen goes; a fraction is no part of the number before it.
        plain text := regexp_replace(value, '[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]', '', 'g');
    BEGIN
        plain := regexp_replace(plain, '([\u00bc-\u00be\u2150-\u215f\u2189])', ' \1 ', 'g');
        plain := plain_text(normalize(plain, NFKC));
        -- Accents of letters that are not written in one with them.
        plain := regexp_replace(normalize(plain, NFKC), '[\u0300-\u036f]', '', 'g');
        -- All that is no letter, mark or figure: punctuation, signs, blanks, pictures.
        plain := regexp_replace(plain, '[\u0001-\u002b\u002d\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1'
            '\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7\u02c2-\u02df\u055a-\u055f\u0589\u05be\u05f3\u05f4\u060c\u061b\u061f'
            '\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020'
            '\u3030\u30fb\ue000-\uf8ff\ufe10-\ufe6f\uff00-\uff0f\ufff0-\uffff\U0001f000-\U0001faff]', ' ', 'g');
        -- A point or comma between figures is the number's, any other one ends a word.
        plain := translate(regexp_replace(plain, '(?<![0-9])[.,]|[.,](?![0-9])', ' ', 'g'), ',', '.');
        plain := regexp_replace(plain, '([0-9])([^0-9. ])', '\1 \2', 'g');
        plain := regexp_replace(plain, '([^0-9. ])([0-9])', '\1 \2', 'g');
        -- PostgreSQL refuses lexemes above 2 KiB, and nobody types so long a word.
        plain := regexp_replace(plain, '([^ ]{60})[^ ]+', '\1', 'g');
        RETURN btrim(regexp_replace(plain, ' +', ' ', 'g'));
    END
    $$;


--
-- Name: sold_in(text, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.sold_in(unit text, quantity numeric) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT quantity % 1 * (unit = 'piece')::integer = 0 $$;


--
-- Name: sought_products(text, boolean, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.sought_products(typed text, in_part boolean, offered boolean) RETURNS TABLE(words text[], query tsquery, named bigint[])
    LANGUAGE plpgsql STABLE STRICT ROWS 1
    AS $_$
    DECLARE
        line text := btrim(typed);
        digits text := regexp_replace(typed, '[ -]', '', 'g');
        terms tsquery[];
    BEGIN
        words := ARRAY(
            SELECT w.word FROM string_to_array(search_words(typed), ' ') AS t (typed)
            CROSS JOIN LATERAL unnest(t.typed) WITH ORDINALITY AS w (word, place)
            WHERE w.word <> '' GROUP BY w.word ORDER BY min(w.place) LIMIT 8);
        terms := sought_terms(words);
        IF in_part THEN
            query := best_part(terms, offered);
        ELSE
            query := terms[1];
            FOR n IN 2 .. cardinality(terms) LOOP
                query := query && terms[n];
            END LOOP;
        END IF;
        named := ARRAY(
            SELECT p.id FROM product p WHERE p.code IN (line, lower(line), upper(line))
            UNION
            SELECT p.id FROM product p WHERE digits ~ '^([0-9]{8}|[0-9]{12,14})$'
                AND p.gtin IN (SELECT lpad(ltrim(digits, '0'), length, '0') FROM unnest('{8,12,13,14}'::integer[]) AS length
                    WHERE length >= length(ltrim(digits, '0')))
            UNION
            (SELECT p.id FROM product p WHERE p.active = offered AND plain_text(p.name) = plain_text(line) LIMIT 100));
        RETURN NEXT;
    END
    $_$;


--
-- Name: sought_terms(text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.sought_terms(words text[]) RETURNS tsquery[]
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        terms tsquery[] := '{}';
        term tsquery;
        whole tsquery;
        joined text;
        known boolean;
        halves record;
    BEGIN
        FOR n IN 1 .. cardinality(words) LOOP
            -- A letter behind a number is its unit, and no beginning.
            term := CASE WHEN length(words[n]) = 1 AND words[n - 1] ~ '[0-9]'
                THEN to_tsquery('public.grocery', quote_literal(words[n])) ELSE sought_words(words[n]) END;
            terms[n] := coalesce(terms[n] || term, term);
            CONTINUE WHEN words[n] ~ '[0-9]';
            joined := words[n] || words[n + 1];
            SELECT starts_with(w.word, joined) INTO known
                FROM product_word w WHERE w.word ~>=~ joined ORDER BY w.word USING ~<~ LIMIT 1;
            IF known AND joined !~ '[0-9]' AND length(joined) BETWEEN 3 AND 60 THEN
                whole := to_tsquery('public.grocery', quote_literal(joined) || ':*');
                terms[n] := terms[n] || whole;
                terms[n + 1] := whole;
            END IF;
            FOR halves IN
                SELECT h.first, h.second
                FROM generate_series(1, length(words[n]) - 1) AS cut
                CROSS JOIN LATERAL (SELECT left(words[n], cut) AS first, substr(words[n], cut + 1) AS second) h
                WHERE greatest(length(h.first), length(h.second)) >= 3
                    -- Not EXISTS: PostgreSQL may answer that by a look at all words.
                    AND (length(h.first) < 3 OR (SELECT true FROM product_word w WHERE w.word = h.first))
                    AND (length(h.second) < 3 OR (
                        SELECT starts_with(w.word, h.second) FROM product_word w
                        WHERE w.word ~>=~ h.second ORDER BY w.word USING ~<~ LIMIT 1))
            LOOP
                terms[n] := terms[n] || tsquery_phrase(
                    to_tsquery('public.grocery', quote_literal(halves.first)),
                    to_tsquery('public.grocery', quote_literal(halves.second) || ':*'));
            END LOOP;
        END LOOP;
        RETURN terms;
    END
    $$;


--
-- Name: sought_words(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.sought_words(typed text) RETURNS tsquery
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        plain text := plain_text(typed);
        letters integer := length(plain);
        most integer := CASE WHEN letters < 6 THEN 1 ELSE 2 END;
        -- As it was typed: without accents, nothing might be left of it.
        literal tsquery := to_tsquery('public.grocery', quote_literal(typed) || ':*');
        known boolean;
        near tsquery;
    BEGIN
        IF letters < 3 OR letters > 60 OR plain ~ '[0-9]' THEN
            RETURN literal;
        END IF;
        SELECT starts_with(w.word, plain) INTO known
            FROM product_word w WHERE w.word ~>=~ plain ORDER BY w.word USING ~<~ LIMIT 1;
        IF known THEN
            RETURN CASE WHEN beginning_with(plain) = quote_literal(plain)
                THEN to_tsquery('public.grocery', quote_literal(typed)) ELSE literal END;
        END IF;
        SELECT to_tsquery('simple', string_agg(beginning_with(n.word), ' | ')) INTO near
        FROM (
            SELECT d.word, rank() OVER (ORDER BY d.distance, left(d.word, 1) <> left(plain, 1)) AS place
            FROM (
                SELECT w.word, levenshtein_less_equal(w.word, plain, 2) AS distance FROM product_word w
                WHERE near_forms(w.word) && near_forms(plain) AND w.word !~ '[0-9]'
                    AND length(w.word) BETWEEN letters - 2 AND letters + 2
            ) d
            WHERE d.distance <= most OR d.distance = 2 AND length(d.word) = letters
                AND (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(d.word, NULL)) c)
                  = (SELECT array_agg(c ORDER BY c) FROM unnest(string_to_array(plain, NULL)) c)
        ) n
        WHERE n.place = 1;
        RETURN coalesce(near, literal);
    END
    $$;


--
-- Name: stamp_update(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.stamp_update() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
        RETURN NEW;
    END
    $$;


--
-- Name: vat_amount(numeric, numeric); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.vat_amount(total numeric, vat_rate numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT total - round(total / (1 + vat_rate), 2) $$;


--
-- Name: vat_by_rate(numeric[], numeric[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.vat_by_rate(totals numeric[], rates numeric[]) RETURNS TABLE(rate numeric, gross numeric, net numeric, vat numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT v.rate, v.gross, v.gross - v.vat, v.vat
        FROM (
            SELECT g.rate, g.gross, vat_amount(g.gross, g.rate) AS vat
            FROM (
                SELECT l.rate, sum(l.total) AS gross
                FROM (SELECT * FROM unnest(totals, rates) AS l (total, rate) ORDER BY l.rate) l
                GROUP BY l.rate
            ) g
            OFFSET 0
        ) v
    $$;


--
-- Name: vat_of_lines(numeric[], numeric[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.vat_of_lines(totals numeric[], rates numeric[]) RETURNS TABLE(place bigint, vat numeric, of_rate public.charged_at_rate)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT s.place,
               0.01 * CASE WHEN s.cents_left >= row_number() OVER (PARTITION BY s.rate ORDER BY s.remainder DESC, s.place)
                   THEN s.cents + 1 ELSE s.cents END,
               CASE s.nth WHEN 1 THEN (s.rate, s.gross, s.gross - s.vat, s.vat)::charged_at_rate END
        FROM (
            SELECT *, 100 * q.vat - sum(q.cents) OVER (PARTITION BY q.rate) AS cents_left
            FROM (
                SELECT g.*, v.vat,
                       -- All of it may be free.
                       coalesce(div(100 * v.vat * g.total, nullif(g.gross, 0)), 0) AS cents,
                       coalesce(100 * v.vat * g.total % nullif(g.gross, 0), 0) AS remainder
                FROM (
                    SELECT l.place, l.rate, l.total, sum(l.total) OVER (PARTITION BY l.rate) AS gross,
                           row_number() OVER (PARTITION BY l.rate) AS nth
                    FROM unnest(totals, rates) WITH ORDINALITY AS l (total, rate, place)
                ) g
                CROSS JOIN LATERAL (SELECT vat_amount(g.gross, g.rate) AS vat) v
            ) q
        ) s
    $$;


--
-- Name: vat_shares(numeric[], numeric[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.vat_shares(totals numeric[], rates numeric[]) RETURNS TABLE(place bigint, vat numeric)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT s.place,
               0.01 * CASE WHEN s.cents_left >= row_number() OVER (PARTITION BY s.rate ORDER BY s.remainder DESC, s.place)
                   THEN s.cents + 1 ELSE s.cents END
        FROM (
            SELECT q.place, q.rate, q.cents, q.remainder,
                   100 * q.vat - sum(q.cents) OVER (PARTITION BY q.rate) AS cents_left
            FROM (
                SELECT g.place, g.rate, v.vat,
                       -- All of it may be free.
                       coalesce(div(100 * v.vat * g.total, nullif(g.gross, 0)), 0) AS cents,
                       coalesce(100 * v.vat * g.total % nullif(g.gross, 0), 0) AS remainder
                FROM (
                    SELECT l.place, l.rate, l.total, sum(l.total) OVER (PARTITION BY l.rate) AS gross
                    FROM unnest(totals, rates) WITH ORDINALITY AS l (total, rate, place)
                ) g
                CROSS JOIN LATERAL (SELECT vat_amount(g.gross, g.rate) AS vat) v
            ) q
        ) s
    $$;


--
-- Name: grocery; Type: TEXT SEARCH CONFIGURATION; Schema: public; Owner: -
--

CREATE TEXT SEARCH CONFIGURATION public.grocery (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR asciiword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR word WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR numword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR hword_numpart WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR hword_part WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR hword_asciipart WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR numhword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR asciihword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR hword WITH public.unaccent, simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.grocery
    ADD MAPPING FOR uint WITH simple;


--
-- Name: _yoyo_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._yoyo_log (
    id character varying(36) NOT NULL,
    migration_hash character varying(64),
    migration_id character varying(255),
    operation character varying(10),
    username character varying(255),
    hostname character varying(255),
    comment character varying(255),
    created_at_utc timestamp without time zone
);


--
-- Name: _yoyo_migration; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._yoyo_migration (
    migration_hash character varying(64) NOT NULL,
    migration_id character varying(255),
    applied_at_utc timestamp without time zone
);


--
-- Name: _yoyo_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public._yoyo_version (
    version integer NOT NULL,
    installed_at_utc timestamp without time zone
);


--
-- Name: allocation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.allocation (
    purchase_line_id bigint NOT NULL,
    stock_id bigint NOT NULL,
    quantity numeric(12,3) NOT NULL,
    CONSTRAINT allocation_quantity_check CHECK (((quantity > (0)::numeric) AND (quantity < 'NaN'::numeric)))
);


--
-- Name: attempt; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.attempt (
    key bytea NOT NULL,
    tries integer NOT NULL,
    window_ends_at timestamp with time zone NOT NULL,
    CONSTRAINT attempt_key_check CHECK ((length(key) = 32)),
    CONSTRAINT attempt_tries_check CHECK ((tries > 0))
);


--
-- Name: audit_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    login_id bigint,
    action text NOT NULL,
    subject text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT audit_log_action_check CHECK ((action ~ '^[a-z_]+\.[a-z_]+$'::text)),
    CONSTRAINT audit_log_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 120)))
);


--
-- Name: audit_log_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stock (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
    supplier_id bigint,
    invoice_request_line_id bigint,
    on_hand numeric(12,3) DEFAULT 0 NOT NULL,
    allocated numeric(12,3) DEFAULT 0 NOT NULL,
    unit_cost numeric(12,4) NOT NULL,
    expires_on date,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT stock_allocated_check CHECK (((allocated >= (0)::numeric) AND (allocated <= on_hand))),
    CONSTRAINT stock_expires_on_check CHECK (isfinite(expires_on)),
    CONSTRAINT stock_on_hand_check CHECK (((on_hand >= (0)::numeric) AND (on_hand < 'NaN'::numeric))),
    CONSTRAINT stock_unit_cost_check CHECK (((unit_cost >= (0)::numeric) AND (unit_cost < 'NaN'::numeric)))
)
WITH (fillfactor='70');


--
-- Name: stock_level; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stock_level (
    product_id bigint NOT NULL,
    on_hand numeric(12,3) DEFAULT 0 NOT NULL,
    allocated numeric(12,3) DEFAULT 0 NOT NULL,
    CONSTRAINT stock_level_allocated_check CHECK (((allocated >= (0)::numeric) AND (allocated <= on_hand))),
    CONSTRAINT stock_level_on_hand_check CHECK (((on_hand >= (0)::numeric) AND (on_hand < 'NaN'::numeric)))
)
WITH (fillfactor='50');


--
-- Name: availability; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.availability AS
 SELECT l.product_id,
    l.on_hand,
    l.allocated,
    x.expired,
    (GREATEST(((l.on_hand - l.allocated) - x.expired), (0)::numeric))::numeric(12,3) AS available
   FROM (public.stock_level l
     CROSS JOIN LATERAL ( SELECT (COALESCE(sum(s.on_hand), (0)::numeric))::numeric(12,3) AS expired
           FROM public.stock s
          WHERE ((s.product_id = l.product_id) AND (s.on_hand > (0)::numeric) AND (s.expires_on < CURRENT_DATE))) x);


--
-- Name: brand; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.brand (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT brand_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT brand_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120)))
);


--
-- Name: brand_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.brand ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.brand_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: category; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.category (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    parent_id bigint,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT category_check CHECK ((parent_id <> id)),
    CONSTRAINT category_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT category_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120)))
);


--
-- Name: category_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.category ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.category_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: customer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.customer (
    id bigint NOT NULL,
    login_id bigint NOT NULL,
    name text NOT NULL,
    phone text,
    address text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT customer_address_check CHECK (((length(address) >= 1) AND (length(address) <= 500))),
    CONSTRAINT customer_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT customer_phone_check CHECK (((length(phone) >= 3) AND (length(phone) <= 32)))
);


--
-- Name: customer_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.customer ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.customer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: discount; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.discount (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    rate numeric(5,4) NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT discount_check CHECK ((ends_on >= starts_on)),
    CONSTRAINT discount_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT discount_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT discount_rate_check CHECK (((rate > (0)::numeric) AND (rate < (1)::numeric)))
);


--
-- Name: discount_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.discount ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.discount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: expired_promise; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.expired_promise WITH (security_invoker='true') AS
 SELECT c.product_id,
    c.purchase_id,
    c.purchase_line_id,
    c.stock_id,
    c.quantity,
    c.before,
    (GREATEST(LEAST(c.quantity, (f.free - c.before)), (0)::numeric))::numeric(12,3) AS movable
   FROM (( SELECT s.product_id,
            l.purchase_id,
            a.purchase_line_id,
            a.stock_id,
            a.quantity,
            COALESCE(sum(a.quantity) OVER (PARTITION BY s.product_id ORDER BY (p.paid < p.total), (p.paid = (0)::numeric), p.placed_at, p.id, a.stock_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), (0)::numeric) AS before
           FROM (((public.stock s
             JOIN public.allocation a ON ((a.stock_id = s.id)))
             JOIN public.purchase_line l ON ((l.id = a.purchase_line_id)))
             JOIN public.purchase p ON (((p.id = l.purchase_id) AND (p.status = 'placed'::text))))
          WHERE ((s.on_hand > (0)::numeric) AND (s.allocated > (0)::numeric) AND (s.expires_on < CURRENT_DATE))) c
     CROSS JOIN LATERAL ( SELECT COALESCE(sum((s.on_hand - s.allocated)), (0)::numeric) AS free
           FROM public.stock s
          WHERE ((s.product_id = c.product_id) AND (s.on_hand > (0)::numeric) AND ((s.expires_on IS NULL) OR (s.expires_on >= CURRENT_DATE)))) f);


--
-- Name: idempotency_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_key (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_key_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
    CONSTRAINT idempotency_key_request_hash_check CHECK ((length(request_hash) = 32)),
    CONSTRAINT idempotency_key_status_check CHECK (((status >= 200) AND (status <= 299)))
);


--
-- Name: invoice_request; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invoice_request (
    id bigint NOT NULL,
    code text NOT NULL,
    supplier_id bigint NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    created_by bigint,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT invoice_request_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'::text)),
    CONSTRAINT invoice_request_note_check CHECK ((length(note) <= 2000)),
    CONSTRAINT invoice_request_status_check CHECK ((status = ANY (ARRAY['open'::text, 'partly_received'::text, 'received'::text, 'cancelled'::text])))
);


--
-- Name: invoice_request_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.invoice_request ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.invoice_request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: invoice_request_line; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invoice_request_line (
    id bigint NOT NULL,
    invoice_request_id bigint NOT NULL,
    product_id bigint NOT NULL,
    quantity numeric(12,3) NOT NULL,
    received numeric(12,3) DEFAULT 0 NOT NULL,
    unit_cost numeric(12,4) NOT NULL,
    CONSTRAINT invoice_request_line_quantity_check CHECK (((quantity > (0)::numeric) AND (quantity < 'NaN'::numeric))),
    CONSTRAINT invoice_request_line_received_check CHECK (((received >= (0)::numeric) AND (received <= quantity))),
    CONSTRAINT invoice_request_line_unit_cost_check CHECK (((unit_cost >= (0)::numeric) AND (unit_cost < 'NaN'::numeric)))
);


--
-- Name: invoice_request_line_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.invoice_request_line ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.invoice_request_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: invoice_request_number; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.invoice_request_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: login; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login (
    id bigint NOT NULL,
    email text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    active boolean DEFAULT true NOT NULL,
    password_changed_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT login_email_check CHECK (((email = btrim(email)) AND ((length(email) >= 3) AND (length(email) <= 254)) AND (POSITION(('@'::text) IN (email)) > 1))),
    CONSTRAINT login_password_hash_check CHECK ((password_hash ~~ '$argon2id$%'::text)),
    CONSTRAINT login_role_check CHECK ((role = ANY (ARRAY['customer'::text, 'clerk'::text, 'admin'::text])))
);


--
-- Name: login_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.login ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.login_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: product; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product (
    id bigint NOT NULL,
    code text NOT NULL,
    gtin text,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    brand_id bigint,
    category_id bigint NOT NULL,
    discount_id bigint,
    unit text NOT NULL,
    price numeric(12,2) NOT NULL,
    vat_rate numeric(5,4) NOT NULL,
    reorder_level numeric(12,3) DEFAULT 0 NOT NULL,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    search_text text DEFAULT ''::text NOT NULL,
    search tsvector GENERATED ALWAYS AS (public.grocery_tsvector(search_text)) STORED,
    CONSTRAINT product_code_check CHECK ((code ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'::text)),
    CONSTRAINT product_description_check CHECK ((length(description) <= 2000)),
    CONSTRAINT product_gtin_check CHECK (public.is_gtin(gtin)),
    CONSTRAINT product_gtin_not_zero CHECK ((gtin ~ '[1-9]'::text)),
    CONSTRAINT product_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT product_price_check CHECK (((price > (0)::numeric) AND (price < 'NaN'::numeric))),
    CONSTRAINT product_reorder_level_check CHECK (((reorder_level >= (0)::numeric) AND (reorder_level < 'NaN'::numeric))),
    CONSTRAINT product_unit_check CHECK ((unit = ANY (ARRAY['piece'::text, 'kg'::text, 'litre'::text]))),
    CONSTRAINT product_vat_rate_check CHECK (((vat_rate >= (0)::numeric) AND (vat_rate < (1)::numeric)))
);


--
-- Name: offer; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.offer AS
 SELECT p.id AS product_id,
    (COALESCE(public.reduced_price(p.price, d.rate), p.price))::numeric(12,2) AS unit_price,
    (COALESCE(d.rate, (0)::numeric))::numeric(5,4) AS discount_rate,
    d.id AS discount_id,
    p.code,
    p.name,
    p.unit,
    p.price,
    p.vat_rate,
    p.active
   FROM (public.product p
     LEFT JOIN public.discount d ON (((d.id = p.discount_id) AND d.active AND (d.starts_on <= CURRENT_DATE) AND ((d.ends_on IS NULL) OR (d.ends_on >= CURRENT_DATE)))));


--
-- Name: payment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment (
    id bigint NOT NULL,
    purchase_id uuid NOT NULL,
    kind text NOT NULL,
    method text NOT NULL,
    amount numeric(12,2) NOT NULL,
    reference text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    login_id bigint,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT payment_amount_check CHECK (((amount > (0)::numeric) AND (amount < 'NaN'::numeric))),
    CONSTRAINT payment_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text]))),
    CONSTRAINT payment_method_check CHECK ((method = ANY (ARRAY['cash'::text, 'card'::text, 'transfer'::text]))),
    CONSTRAINT payment_reason_check CHECK ((length(reason) <= 200)),
    CONSTRAINT payment_reference_check CHECK ((length(reference) <= 120))
);


--
-- Name: payment_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.payment ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.payment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: product_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.product ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: product_word; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product_word (
    word text NOT NULL,
    CONSTRAINT product_word_word_check CHECK (((length(word) >= 3) AND (length(word) <= 255)))
);


--
-- Name: purchase_invoice_number_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.purchase ALTER COLUMN invoice_number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.purchase_invoice_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: purchase_line_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.purchase_line ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.purchase_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: renamed; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.renamed (
    id bigint NOT NULL,
    brand_id bigint,
    category_id bigint,
    done bigint DEFAULT 0 NOT NULL,
    CONSTRAINT renamed_check CHECK ((num_nonnulls(brand_id, category_id) = 1))
);


--
-- Name: renamed_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.renamed ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.renamed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: running_discount; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.running_discount WITH (security_invoker='true') AS
 SELECT id,
    code,
    name,
    rate
   FROM public.discount d
  WHERE (active AND (starts_on <= CURRENT_DATE) AND ((ends_on IS NULL) OR (ends_on >= CURRENT_DATE)));


--
-- Name: sellable; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.sellable WITH (security_invoker='true') AS
 SELECT product_id,
    (GREATEST(((on_hand - allocated) - COALESCE(( SELECT sum(s.on_hand) AS sum
           FROM public.stock s
          WHERE ((s.product_id = l.product_id) AND (s.on_hand > (0)::numeric) AND (s.expires_on < CURRENT_DATE))), (0)::numeric)), (0)::numeric))::numeric(12,3) AS available
   FROM public.stock_level l;


--
-- Name: session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.session (
    id bigint NOT NULL,
    login_id bigint NOT NULL,
    token_hash bytea NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT session_check CHECK ((expires_at > created_at)),
    CONSTRAINT session_token_hash_check CHECK ((length(token_hash) = 32)),
    CONSTRAINT session_user_agent_check CHECK ((length(user_agent) <= 200))
);


--
-- Name: session_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.session ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: shop; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.shop (
    one boolean DEFAULT true NOT NULL,
    currency text NOT NULL,
    time_zone text NOT NULL,
    CONSTRAINT shop_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT shop_one_check CHECK (one),
    CONSTRAINT shop_time_zone_check CHECK ((time_zone <> ''::text))
);


--
-- Name: staff; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.staff (
    id bigint NOT NULL,
    login_id bigint NOT NULL,
    name text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT staff_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120)))
);


--
-- Name: staff_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.staff ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.staff_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stock_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.stock ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.stock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stock_movement; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stock_movement (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    product_id bigint NOT NULL,
    stock_id bigint NOT NULL,
    quantity numeric(12,3) NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    login_id bigint,
    purchase_id uuid,
    invoice_request_id bigint,
    CONSTRAINT stock_movement_kind_check CHECK (((quantity <> 'NaN'::numeric) AND
CASE kind
    WHEN 'receipt'::text THEN (quantity > (0)::numeric)
    WHEN 'return'::text THEN ((quantity > (0)::numeric) AND (purchase_id IS NOT NULL))
    WHEN 'sale'::text THEN ((quantity < (0)::numeric) AND (purchase_id IS NOT NULL))
    WHEN 'waste'::text THEN ((quantity < (0)::numeric) AND (reason <> ''::text))
    WHEN 'adjustment'::text THEN ((quantity <> (0)::numeric) AND (reason <> ''::text))
    ELSE false
END)),
    CONSTRAINT stock_movement_reason_check CHECK ((length(reason) <= 200))
);


--
-- Name: stock_movement_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.stock_movement ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.stock_movement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: supplier; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.supplier (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    email text,
    phone text,
    address text,
    active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT supplier_address_check CHECK (((length(address) >= 1) AND (length(address) <= 500))),
    CONSTRAINT supplier_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text)),
    CONSTRAINT supplier_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT supplier_name_check CHECK (((length(name) >= 1) AND (length(name) <= 120))),
    CONSTRAINT supplier_phone_check CHECK (((length(phone) >= 3) AND (length(phone) <= 32)))
);


--
-- Name: supplier_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.supplier ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.supplier_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: yoyo_lock; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.yoyo_lock (
    locked integer DEFAULT 1 NOT NULL,
    ctime timestamp without time zone,
    pid integer NOT NULL
);


--
-- Data for Name: _yoyo_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public._yoyo_log VALUES
	('b51b52fe-ebef-11f1-90bc-02fc00000001', '25e3e67f4cf536733aba6b86394ab9272a25a3ce3a9544ac83bc45c2cd522653', '0001-foundations', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.339908'),
	('b52338c0-ebef-11f1-90bc-02fc00000001', '66a74e599026791c7c4276e5ff17cdd916a5353fc477f9d375ed7fccb245a6b8', '0002-people', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.389388'),
	('b52f207c-ebef-11f1-90bc-02fc00000001', 'accf5e3e7f8437394f7ea56ae93b56adf89a6c07a40ab993855a944f4d068ced', '0003-catalogue', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.467379'),
	('b54193e2-ebef-11f1-90bc-02fc00000001', 'ba584fce1f341935c96cf1c7673bf0193d28624cda8f6c67ae7392936c0358d4', '0004-stock', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.588312'),
	('b54ed444-ebef-11f1-90bc-02fc00000001', '7d2d1aae4e852d4714ba0c6c9616a47fedc1f9300c6b617707807c58f9a9b705', '0005-orders', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.675149'),
	('b55387c8-ebef-11f1-90bc-02fc00000001', 'db5b8851dcec40566dd1781a06e4a1ca06e93879428c7d3b9aa39421cd46dd1b', '0006-search-words', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.705955'),
	('b55a7cfe-ebef-11f1-90bc-02fc00000001', '11b7c21b02c1050073ae2ea7e14a103a787907566395c42ed2ef6efee65aaec3', '0007-catalogue-functions', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.751555'),
	('b567402e-ebef-11f1-90bc-02fc00000001', 'd5e2bd7bc956a5a854df0e28f7c1afd750faff49f4bdb5c1863b5c64abfc3b66', '0007-catalogue-indexes', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.835196'),
	('b56b3fd0-ebef-11f1-90bc-02fc00000001', '55b88db24ebf51e595d94bd0b26efa0f1755f2ce4e20bf0ceee9579156fa39fb', '0008-one-trip', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.861394'),
	('b56f8216-ebef-11f1-90bc-02fc00000001', '5b4e82f5af28b2410ff09ddb2be7758550fba976c5feaa645c6957a92de75df8', '0009-money', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.889283'),
	('b5709b4c-ebef-11f1-90bc-02fc00000001', 'ad5a68529c7253b3402c4ae5bee6876c4b927d408f8a2ed117d8f8ac4cb87289', '0010-gtin-check', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.896468'),
	('b5740304-ebef-11f1-90bc-02fc00000001', 'ed65da5162bab72aaad199e00b5c8787f16991b716fca1e91000939127a945eb', '0010-gtin-unique', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.918885'),
	('b5795e1c-ebef-11f1-90bc-02fc00000001', '71bb81acfaf6b1916235eb563f831de2dcc88db5c89515c1ea0d5e24ae8e3492', '0011-promises', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.953907'),
	('b57c51bc-ebef-11f1-90bc-02fc00000001', '829f61968ec45772bd5b68662cb87acf9dd14d96e69d02d154377ebd99faf644', '0012-paid', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.973243'),
	('b57df99a-ebef-11f1-90bc-02fc00000001', '9523d06f6956cc050ad763e5d36d6b414a39ac7956fcd13f5c782e325c9d2d6e', '0014-import', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:39.984089'),
	('b581a838-ebef-11f1-90bc-02fc00000001', '6c23b52d9959bce25fabd53982ec4e5f5b6bac49fa2c275450447f67da77ed75', '0015-search', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.008229'),
	('b5853f5c-ebef-11f1-90bc-02fc00000001', '00609682fd131e0171ac7dbdde6d981e117dd698189639c90c21ad8cd364a0b9', '0016-search-texts', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.03177'),
	('b586cbe2-ebef-11f1-90bc-02fc00000001', '4fa2df5b70b4b3d50c49a1ac40aa4b5eaecba28d742e5357d8f7953f3ce15d60', '0017-cancelled', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.041891'),
	('b589eebc-ebef-11f1-90bc-02fc00000001', 'ae2a604d752c26e16454866a581286ed9def4189afa659fc5f7739f28f991797', '0018-guest-bounds', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.062464'),
	('b58bacb6-ebef-11f1-90bc-02fc00000001', 'f24ab58f120b1fa3b8892104435d20096260f42905d3683454c57e624c734e2f', '0018-guest-unpaid', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.073869'),
	('b58d4f08-ebef-11f1-90bc-02fc00000001', '4eb64c1881c2ab20620f812abed70ab4b8ccd43a15cfcba8bec539a69462eb6c', '0019-purchase-tokens', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.084569'),
	('b58f64aa-ebef-11f1-90bc-02fc00000001', '5fec4e2b6a79fd5eba7cfd0d119ac3be7fdf893dc25fd31f97b7bf7dd7f08330', '0019-tokens-filled', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.098247'),
	('b5929486-ebef-11f1-90bc-02fc00000001', '79034b74ff5dd119bfd3ec2d032bb1378d0c9d323d1cf66a26bd630adcd08e39', '0020-place-purchase', 'apply', 'root', 'localhost', NULL, '2026-11-29 12:23:40.119142');


--
-- Data for Name: _yoyo_migration; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public._yoyo_migration VALUES
	('25e3e67f4cf536733aba6b86394ab9272a25a3ce3a9544ac83bc45c2cd522653', '0001-foundations', '2026-11-29 12:23:39.343428'),
	('66a74e599026791c7c4276e5ff17cdd916a5353fc477f9d375ed7fccb245a6b8', '0002-people', '2026-11-29 12:23:39.3903'),
	('accf5e3e7f8437394f7ea56ae93b56adf89a6c07a40ab993855a944f4d068ced', '0003-catalogue', '2026-11-29 12:23:39.476353'),
	('ba584fce1f341935c96cf1c7673bf0193d28624cda8f6c67ae7392936c0358d4', '0004-stock', '2026-11-29 12:23:39.591364'),
	('7d2d1aae4e852d4714ba0c6c9616a47fedc1f9300c6b617707807c58f9a9b705', '0005-orders', '2026-11-29 12:23:39.678915'),
	('db5b8851dcec40566dd1781a06e4a1ca06e93879428c7d3b9aa39421cd46dd1b', '0006-search-words', '2026-11-29 12:23:39.706646'),
	('11b7c21b02c1050073ae2ea7e14a103a787907566395c42ed2ef6efee65aaec3', '0007-catalogue-functions', '2026-11-29 12:23:39.752318'),
	('d5e2bd7bc956a5a854df0e28f7c1afd750faff49f4bdb5c1863b5c64abfc3b66', '0007-catalogue-indexes', '2026-11-29 12:23:39.836062'),
	('55b88db24ebf51e595d94bd0b26efa0f1755f2ce4e20bf0ceee9579156fa39fb', '0008-one-trip', '2026-11-29 12:23:39.862317'),
	('5b4e82f5af28b2410ff09ddb2be7758550fba976c5feaa645c6957a92de75df8', '0009-money', '2026-11-29 12:23:39.890076'),
	('ad5a68529c7253b3402c4ae5bee6876c4b927d408f8a2ed117d8f8ac4cb87289', '0010-gtin-check', '2026-11-29 12:23:39.897008'),
	('ed65da5162bab72aaad199e00b5c8787f16991b716fca1e91000939127a945eb', '0010-gtin-unique', '2026-11-29 12:23:39.919531'),
	('71bb81acfaf6b1916235eb563f831de2dcc88db5c89515c1ea0d5e24ae8e3492', '0011-promises', '2026-11-29 12:23:39.963054'),
	('829f61968ec45772bd5b68662cb87acf9dd14d96e69d02d154377ebd99faf644', '0012-paid', '2026-11-29 12:23:39.975246'),
	('9523d06f6956cc050ad763e5d36d6b414a39ac7956fcd13f5c782e325c9d2d6e', '0014-import', '2026-11-29 12:23:39.985632'),
	('6c23b52d9959bce25fabd53982ec4e5f5b6bac49fa2c275450447f67da77ed75', '0015-search', '2026-11-29 12:23:40.009003'),
	('00609682fd131e0171ac7dbdde6d981e117dd698189639c90c21ad8cd364a0b9', '0016-search-texts', '2026-11-29 12:23:40.032433'),
	('4fa2df5b70b4b3d50c49a1ac40aa4b5eaecba28d742e5357d8f7953f3ce15d60', '0017-cancelled', '2026-11-29 12:23:40.042682'),
	('ae2a604d752c26e16454866a581286ed9def4189afa659fc5f7739f28f991797', '0018-guest-bounds', '2026-11-29 12:23:40.063245'),
	('f24ab58f120b1fa3b8892104435d20096260f42905d3683454c57e624c734e2f', '0018-guest-unpaid', '2026-11-29 12:23:40.074441'),
	('4eb64c1881c2ab20620f812abed70ab4b8ccd43a15cfcba8bec539a69462eb6c', '0019-purchase-tokens', '2026-11-29 12:23:40.085107'),
	('5fec4e2b6a79fd5eba7cfd0d119ac3be7fdf893dc25fd31f97b7bf7dd7f08330', '0019-tokens-filled', '2026-11-29 12:23:40.099022'),
	('79034b74ff5dd119bfd3ec2d032bb1378d0c9d323d1cf66a26bd630adcd08e39', '0020-place-purchase', '2026-11-29 12:23:40.120118');


--
-- Data for Name: _yoyo_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public._yoyo_version VALUES
	(2, '2026-11-29 12:23:39.077563');


--
-- Data for Name: allocation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.allocation VALUES
	(1, 1, 2.000);


--
-- Data for Name: attempt; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_log; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: brand; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.brand OVERRIDING SYSTEM VALUE VALUES
	(1, 'brand-8390059d605e', 'Test brand-8390059d605e', true, 1, '2026-11-29 12:23:40.140445+00', '2026-11-29 12:23:40.140445+00');


--
-- Data for Name: cart; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cart VALUES
	('b59c8767-f8ea-4e5e-a448-0ca7ca6bf268', '\x164aa9ddb544c90a7c5cd898dd46bd920a550cc98850acb8aa855646bb165766', NULL, 'checked_out', '2026-11-29 12:23:40.159338+00', '2026-11-29 13:23:40.159073+00');


--
-- Data for Name: cart_item; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: category; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.category OVERRIDING SYSTEM VALUE VALUES
	(1, 'category-589bfb46da7d', 'Test category-589bfb46da7d', NULL, true, 1, '2026-11-29 12:23:40.142303+00', '2026-11-29 12:23:40.142303+00');


--
-- Data for Name: customer; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: discount; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.discount OVERRIDING SYSTEM VALUE VALUES
	(1, 'discount-68d79f30f51e', 'Test discount-68d79f30f51e', 0.1000, '2020-01-01', NULL, true, 1, '2026-11-29 12:23:40.141399+00', '2026-11-29 12:23:40.141399+00');


--
-- Data for Name: idempotency_key; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: invoice_request; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: invoice_request_line; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: login; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.login OVERRIDING SYSTEM VALUE VALUES
	(1, 'clerk-56c0f44ddb5c@shop.example', '$argon2id$v=19$m=8,t=1,p=1$+AZ62+EWWlHs4D8x+RvWTw$bMLhuDJ2Q0lRIS0LRUxa8ycfpLX8Ed6HJJ84rKT8EQA', 'clerk', true, '2026-11-29 12:23:40.134894+00', '2026-11-29 12:23:40.134894+00');


--
-- Data for Name: payment; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.payment OVERRIDING SYSTEM VALUE VALUES
	(1, '624ee26f-6367-486e-85d6-68638b3fd216', 'payment', 'card', 1.00, '', '', NULL, '2026-11-29 12:23:40.16991+00');


--
-- Data for Name: product; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product OVERRIDING SYSTEM VALUE VALUES
	(1, 'product-0c0aad6374bd', NULL, 'Test product-0c0aad6374bd', '', 1, 1, 1, 'piece', 2.00, 0.0700, 0.000, true, 1, '2026-11-29 12:23:40.14324+00', '2026-11-29 12:23:40.14324+00', 'test product 0 c 0 aad 6374 bd test brand 8390059 d 605 e test category 589 bfb 46 da 7 d', DEFAULT);


--
-- Data for Name: product_word; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_word VALUES
	('589'),
	('605'),
	('6374'),
	('8390059'),
	('aad'),
	('bfb'),
	('brand'),
	('category'),
	('product'),
	('test');


--
-- Data for Name: purchase; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.purchase OVERRIDING SYSTEM VALUE VALUES
	('624ee26f-6367-486e-85d6-68638b3fd216', 1, 'b59c8767-f8ea-4e5e-a448-0ca7ca6bf268', NULL, 'Test', NULL, 'placed', 'EUR', 2.00, 0.00, '2026-11-29 12:23:40.162449+00', '2026-11-29 13:23:40.161476+00', NULL, NULL, '', 2, '2026-11-29 12:23:40.16991+00', 1, 1.00, '\x164aa9ddb544c90a7c5cd898dd46bd920a550cc98850acb8aa855646bb165766');


--
-- Data for Name: purchase_line; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.purchase_line OVERRIDING SYSTEM VALUE VALUES
	(1, '624ee26f-6367-486e-85d6-68638b3fd216', 1, 'p1', 'Test', 'piece', 2.000, 1.00, 0.0000, 1.00, 0.0000, 2.00, 0.00);


--
-- Data for Name: renamed; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: session; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.session OVERRIDING SYSTEM VALUE VALUES
	(1, 1, '\x446449f6f4a304410dad55dc5889d92044dcc0742d1a23567c5eb98a19915167', '', '2026-11-28 12:23:40.138451+00', '2026-11-29 13:23:40.138451+00');


--
-- Data for Name: shop; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.shop VALUES
	(true, 'EUR', 'Europe/Berlin');


--
-- Data for Name: staff; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.staff OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'Test clerk-56c0f44ddb5c', 1, '2026-11-29 12:23:40.136822+00', '2026-11-29 12:23:40.136822+00');


--
-- Data for Name: stock; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.stock OVERRIDING SYSTEM VALUE VALUES
	(1, 1, NULL, NULL, 5.000, 2.000, 0.5000, NULL, '2026-11-29 12:23:40.152912+00');


--
-- Data for Name: stock_level; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.stock_level VALUES
	(1, 5.000, 2.000);


--
-- Data for Name: stock_movement; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.stock_movement OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-29 12:23:40.154559+00', 'receipt', 1, 1, 5.000, 'opening stock', NULL, NULL, NULL);


--
-- Data for Name: supplier; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: yoyo_lock; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: audit_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_log_id_seq', 1, false);


--
-- Name: brand_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.brand_id_seq', 1, true);


--
-- Name: category_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.category_id_seq', 1, true);


--
-- Name: customer_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.customer_id_seq', 1, false);


--
-- Name: discount_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.discount_id_seq', 1, true);


--
-- Name: invoice_request_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.invoice_request_id_seq', 1, false);


--
-- Name: invoice_request_line_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.invoice_request_line_id_seq', 1, false);


--
-- Name: invoice_request_number; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.invoice_request_number', 1, false);


--
-- Name: login_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.login_id_seq', 1, true);


--
-- Name: payment_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.payment_id_seq', 1, true);


--
-- Name: product_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.product_id_seq', 1, true);


--
-- Name: purchase_invoice_number_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.purchase_invoice_number_seq', 1, true);


--
-- Name: purchase_line_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.purchase_line_id_seq', 1, true);


--
-- Name: renamed_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.renamed_id_seq', 1, false);


--
-- Name: session_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.session_id_seq', 1, true);


--
-- Name: staff_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.staff_id_seq', 1, true);


--
-- Name: stock_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.stock_id_seq', 1, true);


--
-- Name: stock_movement_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.stock_movement_id_seq', 1, true);


--
-- Name: supplier_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.supplier_id_seq', 1, false);


--
-- Name: _yoyo_log _yoyo_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._yoyo_log
    ADD CONSTRAINT _yoyo_log_pkey PRIMARY KEY (id);


--
-- Name: _yoyo_migration _yoyo_migration_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._yoyo_migration
    ADD CONSTRAINT _yoyo_migration_pkey PRIMARY KEY (migration_hash);


--
-- Name: _yoyo_version _yoyo_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public._yoyo_version
    ADD CONSTRAINT _yoyo_version_pkey PRIMARY KEY (version);


--
-- Name: allocation allocation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_pkey PRIMARY KEY (purchase_line_id, stock_id);


--
-- Name: attempt attempt_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (key);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);


--
-- Name: brand brand_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.brand
    ADD CONSTRAINT brand_code_key UNIQUE (code);


--
-- Name: brand brand_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.brand
    ADD CONSTRAINT brand_pkey PRIMARY KEY (id);


--
-- Name: cart_item cart_item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cart_item
    ADD CONSTRAINT cart_item_pkey PRIMARY KEY (cart_id, product_id);


--
-- Name: cart cart_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cart
    ADD CONSTRAINT cart_pkey PRIMARY KEY (id);


--
-- Name: cart cart_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cart
    ADD CONSTRAINT cart_token_hash_key UNIQUE (token_hash);


--
-- Name: category category_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_code_key UNIQUE (code);


--
-- Name: category category_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (id);


--
-- Name: customer customer_login_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_login_id_key UNIQUE (login_id);


--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (id);


--
-- Name: discount discount_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.discount
    ADD CONSTRAINT discount_code_key UNIQUE (code);


--
-- Name: discount discount_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.discount
    ADD CONSTRAINT discount_pkey PRIMARY KEY (id);


--
-- Name: idempotency_key idempotency_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (principal, route, key);


--
-- Name: invoice_request invoice_request_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request
    ADD CONSTRAINT invoice_request_code_key UNIQUE (code);


--
-- Name: invoice_request_line invoice_request_line_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request_line
    ADD CONSTRAINT invoice_request_line_pkey PRIMARY KEY (id);


--
-- Name: invoice_request_line invoice_request_line_product_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request_line
    ADD CONSTRAINT invoice_request_line_product_key UNIQUE (invoice_request_id, product_id);


--
-- Name: invoice_request invoice_request_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request
    ADD CONSTRAINT invoice_request_pkey PRIMARY KEY (id);


--
-- Name: login login_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login
    ADD CONSTRAINT login_pkey PRIMARY KEY (id);


--
-- Name: payment payment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (id);


--
-- Name: product product_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_code_key UNIQUE (code);


--
-- Name: product product_gtin_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_gtin_key UNIQUE (gtin);


--
-- Name: product product_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);


--
-- Name: product_word product_word_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_word
    ADD CONSTRAINT product_word_pkey PRIMARY KEY (word);


--
-- Name: purchase purchase_cart_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase
    ADD CONSTRAINT purchase_cart_id_key UNIQUE (cart_id);


--
-- Name: purchase purchase_invoice_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase
    ADD CONSTRAINT purchase_invoice_number_key UNIQUE (invoice_number);


--
-- Name: purchase_line purchase_line_charged_check; Type: CHECK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE public.purchase_line
    ADD CONSTRAINT purchase_line_charged_check CHECK ((((unit_price > (0)::numeric) OR (price = (0)::numeric)) AND ((total > (0)::numeric) OR (unit_price = (0)::numeric)))) NOT VALID;


--
-- Name: purchase_line purchase_line_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase_line
    ADD CONSTRAINT purchase_line_pkey PRIMARY KEY (id);


--
-- Name: purchase_line purchase_line_product_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase_line
    ADD CONSTRAINT purchase_line_product_key UNIQUE (purchase_id, product_id);


--
-- Name: purchase purchase_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase
    ADD CONSTRAINT purchase_pkey PRIMARY KEY (id);


--
-- Name: renamed renamed_brand_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.renamed
    ADD CONSTRAINT renamed_brand_id_key UNIQUE (brand_id);


--
-- Name: renamed renamed_category_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.renamed
    ADD CONSTRAINT renamed_category_id_key UNIQUE (category_id);


--
-- Name: renamed renamed_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.renamed
    ADD CONSTRAINT renamed_pkey PRIMARY KEY (id);


--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);


--
-- Name: session session_token_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_token_hash_key UNIQUE (token_hash);


--
-- Name: shop shop_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.shop
    ADD CONSTRAINT shop_pkey PRIMARY KEY (one);


--
-- Name: staff staff_login_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_login_id_key UNIQUE (login_id);


--
-- Name: staff staff_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);


--
-- Name: stock_level stock_level_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_level
    ADD CONSTRAINT stock_level_pkey PRIMARY KEY (product_id);


--
-- Name: stock_movement stock_movement_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_movement
    ADD CONSTRAINT stock_movement_pkey PRIMARY KEY (id);


--
-- Name: stock stock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_pkey PRIMARY KEY (id);


--
-- Name: supplier supplier_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.supplier
    ADD CONSTRAINT supplier_code_key UNIQUE (code);


--
-- Name: supplier supplier_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.supplier
    ADD CONSTRAINT supplier_pkey PRIMARY KEY (id);


--
-- Name: yoyo_lock yoyo_lock_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.yoyo_lock
    ADD CONSTRAINT yoyo_lock_pkey PRIMARY KEY (locked);


--
-- Name: allocation_stock_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX allocation_stock_id ON public.allocation USING btree (stock_id);


--
-- Name: attempt_window_ends_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX attempt_window_ends_at ON public.attempt USING btree (window_ends_at);


--
-- Name: audit_log_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject, id);


--
-- Name: cart_customer_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cart_customer_id ON public.cart USING btree (customer_id) WHERE (customer_id IS NOT NULL);


--
-- Name: cart_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cart_expires_at ON public.cart USING btree (expires_at) WHERE (status = 'open'::text);


--
-- Name: cart_item_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX cart_item_product_id ON public.cart_item USING btree (product_id);


--
-- Name: category_parent_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX category_parent_id ON public.category USING btree (parent_id);


--
-- Name: customer_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX customer_by_name ON public.customer USING btree (public.plain_text(name), id);


--
-- Name: customer_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX customer_name ON public.customer USING btree (name, id);


--
-- Name: idempotency_key_created_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_key_created_at ON public.idempotency_key USING btree (created_at);


--
-- Name: invoice_request_line_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invoice_request_line_product_id ON public.invoice_request_line USING btree (product_id);


--
-- Name: invoice_request_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invoice_request_status ON public.invoice_request USING btree (status, id);


--
-- Name: invoice_request_supplier_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX invoice_request_supplier_id ON public.invoice_request USING btree (supplier_id);


--
-- Name: login_admins; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX login_admins ON public.login USING btree (id) WHERE ((role = 'admin'::text) AND active);


--
-- Name: login_email_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX login_email_key ON public.login USING btree (lower(email));


--
-- Name: payment_purchase_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX payment_purchase_id ON public.payment USING btree (purchase_id, id);


--
-- Name: product_brand_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_brand_by_id ON public.product USING btree (brand_id, active, id) INCLUDE (price, discount_id);


--
-- Name: product_brand_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_brand_by_name ON public.product USING btree (brand_id, active, public.plain_text(name), id) INCLUDE (name, price, discount_id);


--
-- Name: product_brand_by_price; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_brand_by_price ON public.product USING btree (brand_id, active, COALESCE(discount_id, (0)::bigint), price, id) INCLUDE (discount_id);


--
-- Name: product_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_by_id ON public.product USING btree (active, id) INCLUDE (price, discount_id);


--
-- Name: product_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_by_name ON public.product USING btree (active, public.plain_text(name), id) INCLUDE (name, price, discount_id);


--
-- Name: product_by_price; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_by_price ON public.product USING btree (active, COALESCE(discount_id, (0)::bigint), price, id) INCLUDE (discount_id);


--
-- Name: product_category_brand_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_category_brand_by_id ON public.product USING btree (category_id, brand_id, active, id) INCLUDE (price, discount_id);


--
-- Name: product_category_brand_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_category_brand_by_name ON public.product USING btree (category_id, brand_id, active, public.plain_text(name), id) INCLUDE (name, price, discount_id);


--
-- Name: product_category_brand_by_price; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_category_brand_by_price ON public.product USING btree (category_id, brand_id, active, COALESCE(discount_id, (0)::bigint), price, id) INCLUDE (discount_id);


--
-- Name: product_category_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_category_by_id ON public.product USING btree (category_id, active, id) INCLUDE (price, discount_id);


--
-- Name: product_category_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_category_by_name ON public.product USING btree (category_id, active, public.plain_text(name), id) INCLUDE (name, price, discount_id);


--
-- Name: product_category_by_price; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_category_by_price ON public.product USING btree (category_id, active, COALESCE(discount_id, (0)::bigint), price, id) INCLUDE (discount_id);


--
-- Name: product_discount_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_discount_id ON public.product USING btree (discount_id) WHERE (discount_id IS NOT NULL);


--
-- Name: product_gtin14_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX product_gtin14_key ON public.product USING btree (lpad(gtin, 14, '0'::text));


--
-- Name: product_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_search ON public.product USING gin (search);


--
-- Name: product_word_near; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_word_near ON public.product_word USING gin (public.near_forms(word)) WITH (fastupdate=off);


--
-- Name: product_word_prefix; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX product_word_prefix ON public.product_word USING btree (word text_pattern_ops);


--
-- Name: purchase_cancelled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_cancelled ON public.purchase USING btree (placed_at, id) WHERE (status = 'cancelled'::text);


--
-- Name: purchase_contact_digits; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_contact_digits ON public.purchase USING gin (regexp_replace(contact_phone, '[^0-9]'::text, ''::text, 'g'::text) public.gin_trgm_ops);


--
-- Name: purchase_contact_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_contact_name ON public.purchase USING gin (public.plain_text(contact_name) public.gin_trgm_ops);


--
-- Name: purchase_customer_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_customer_id ON public.purchase USING btree (customer_id, placed_at, id) WHERE (customer_id IS NOT NULL);


--
-- Name: purchase_line_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_line_product_id ON public.purchase_line USING btree (product_id);


--
-- Name: purchase_pay_by; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_pay_by ON public.purchase USING btree (pay_by) WHERE (status = 'placed'::text);


--
-- Name: purchase_placed_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_placed_at ON public.purchase USING btree (placed_at, id);


--
-- Name: purchase_queue; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_queue ON public.purchase USING btree (placed_at, id) WHERE (status = 'placed'::text);


--
-- Name: purchase_token_hash_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX purchase_token_hash_key ON public.purchase USING btree (token_hash) WHERE (token_hash IS NOT NULL);


--
-- Name: purchase_unpaid; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_unpaid ON public.purchase USING btree (public.phone_digits(contact_phone), id) INCLUDE (customer_id) WHERE ((status = 'placed'::text) AND (paid = (0)::numeric) AND (total > (0)::numeric));


--
-- Name: purchase_with_cart; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX purchase_with_cart ON public.purchase USING btree (placed_at) WHERE (cart_id IS NOT NULL);


--
-- Name: session_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX session_expires_at ON public.session USING btree (expires_at);


--
-- Name: session_login_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX session_login_id ON public.session USING btree (login_id);


--
-- Name: stock_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_by_expiry ON public.stock USING btree (COALESCE(expires_on, 'infinity'::date), id);


--
-- Name: stock_expires_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_expires_on ON public.stock USING btree (expires_on, id) WHERE (on_hand > (0)::numeric);


--
-- Name: stock_fefo; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_fefo ON public.stock USING btree (product_id, expires_on, id) WHERE (on_hand > (0)::numeric);


--
-- Name: stock_invoice_request_line_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_invoice_request_line_id ON public.stock USING btree (invoice_request_line_id);


--
-- Name: stock_left_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_left_by_expiry ON public.stock USING btree (COALESCE(expires_on, 'infinity'::date), id) WHERE (on_hand > (0)::numeric);


--
-- Name: stock_movement_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_movement_at ON public.stock_movement USING brin (at);


--
-- Name: stock_movement_invoice_request_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_movement_invoice_request_id ON public.stock_movement USING btree (invoice_request_id) WHERE (invoice_request_id IS NOT NULL);


--
-- Name: stock_movement_kind; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_movement_kind ON public.stock_movement USING btree (kind, id);


--
-- Name: stock_movement_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_movement_product_id ON public.stock_movement USING btree (product_id, id);


--
-- Name: stock_movement_purchase_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_movement_purchase_id ON public.stock_movement USING btree (purchase_id) WHERE (purchase_id IS NOT NULL);


--
-- Name: stock_movement_stock_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_movement_stock_id ON public.stock_movement USING btree (stock_id, id);


--
-- Name: stock_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_product_id ON public.stock USING btree (product_id, id);


--
-- Name: stock_supplier_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stock_supplier_id ON public.stock USING btree (supplier_id);


--
-- Name: supplier_by_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX supplier_by_name ON public.supplier USING btree (active, public.plain_text(name), id);


--
-- Name: audit_log audit_log_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_log FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: brand brand_renamed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER brand_renamed AFTER UPDATE OF name ON public.brand FOR EACH ROW WHEN ((old.name <> new.name)) EXECUTE FUNCTION public.rename_in_product_search();


--
-- Name: brand brand_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER brand_stamp BEFORE UPDATE ON public.brand FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: category category_renamed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER category_renamed AFTER UPDATE OF name ON public.category FOR EACH ROW WHEN ((old.name <> new.name)) EXECUTE FUNCTION public.rename_in_product_search();


--
-- Name: category category_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER category_stamp BEFORE UPDATE ON public.category FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: category category_tree; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER category_tree BEFORE INSERT OR UPDATE OF parent_id ON public.category FOR EACH ROW WHEN ((new.parent_id IS NOT NULL)) EXECUTE FUNCTION public.check_category_tree();


--
-- Name: customer customer_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER customer_stamp BEFORE UPDATE ON public.customer FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: discount discount_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER discount_stamp BEFORE UPDATE ON public.discount FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: invoice_request invoice_request_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER invoice_request_stamp BEFORE UPDATE ON public.invoice_request FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: payment payment_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER payment_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.payment FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: payment payment_check; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER payment_check BEFORE INSERT ON public.payment FOR EACH ROW EXECUTE FUNCTION public.check_payment();


--
-- Name: product product_close_level; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_close_level BEFORE DELETE ON public.product FOR EACH ROW EXECUTE FUNCTION public.close_stock_level();


--
-- Name: product product_fill_search; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_fill_search BEFORE INSERT OR UPDATE OF name, brand_id, category_id ON public.product FOR EACH ROW EXECUTE FUNCTION public.fill_product_search();


--
-- Name: product product_keep_unit; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_keep_unit BEFORE UPDATE OF unit ON public.product FOR EACH ROW WHEN ((old.unit <> new.unit)) EXECUTE FUNCTION public.keep_unit();


--
-- Name: product product_learn_new_words; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_learn_new_words AFTER INSERT ON public.product REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.learn_words_of_new_products();


--
-- Name: product product_learn_words; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_learn_words AFTER UPDATE OF search_text, name, brand_id, category_id ON public.product FOR EACH ROW EXECUTE FUNCTION public.learn_product_words();


--
-- Name: product product_learn_words_with_figures; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_learn_words_with_figures AFTER UPDATE OF search_text, name, brand_id, category_id ON public.product FOR EACH ROW EXECUTE FUNCTION public.learn_words_with_figures();


--
-- Name: product product_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_stamp BEFORE UPDATE ON public.product FOR EACH ROW WHEN (((new.search_text = old.search_text) OR (((new.name IS DISTINCT FROM old.name) OR (new.brand_id IS DISTINCT FROM old.brand_id)) OR (new.category_id IS DISTINCT FROM old.category_id)))) EXECUTE FUNCTION public.stamp_update();


--
-- Name: product product_stock_level; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER product_stock_level AFTER INSERT ON public.product FOR EACH ROW EXECUTE FUNCTION public.open_stock_level();


--
-- Name: purchase purchase_ended; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER purchase_ended BEFORE UPDATE OF status ON public.purchase FOR EACH ROW WHEN (((old.status <> 'placed'::text) AND (new.status <> old.status))) EXECUTE FUNCTION public.keep_purchase_ended();


--
-- Name: purchase purchase_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER purchase_stamp BEFORE UPDATE ON public.purchase FOR EACH ROW WHEN ((NOT ((old.cart_id IS DISTINCT FROM new.cart_id) OR (old.token_hash IS DISTINCT FROM new.token_hash)))) EXECUTE FUNCTION public.stamp_update();


--
-- Name: staff staff_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER staff_stamp BEFORE UPDATE ON public.staff FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: stock_movement stock_movement_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER stock_movement_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.stock_movement FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: stock_movement stock_movement_apply; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER stock_movement_apply AFTER INSERT ON public.stock_movement REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION public.apply_stock_movements();


--
-- Name: supplier supplier_stamp; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER supplier_stamp BEFORE UPDATE ON public.supplier FOR EACH ROW EXECUTE FUNCTION public.stamp_update();


--
-- Name: allocation allocation_purchase_line_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_purchase_line_id_fkey FOREIGN KEY (purchase_line_id) REFERENCES public.purchase_line(id);


--
-- Name: allocation allocation_stock_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.allocation
    ADD CONSTRAINT allocation_stock_id_fkey FOREIGN KEY (stock_id) REFERENCES public.stock(id);


--
-- Name: audit_log audit_log_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(id);


--
-- Name: cart cart_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cart
    ADD CONSTRAINT cart_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id);


--
-- Name: cart_item cart_item_cart_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cart_item
    ADD CONSTRAINT cart_item_cart_id_fkey FOREIGN KEY (cart_id) REFERENCES public.cart(id) ON DELETE CASCADE;


--
-- Name: cart_item cart_item_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cart_item
    ADD CONSTRAINT cart_item_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: category category_parent_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.category(id);


--
-- Name: customer customer_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(id);


--
-- Name: invoice_request invoice_request_created_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request
    ADD CONSTRAINT invoice_request_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.login(id);


--
-- Name: invoice_request_line invoice_request_line_invoice_request_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request_line
    ADD CONSTRAINT invoice_request_line_invoice_request_id_fkey FOREIGN KEY (invoice_request_id) REFERENCES public.invoice_request(id);


--
-- Name: invoice_request_line invoice_request_line_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request_line
    ADD CONSTRAINT invoice_request_line_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: invoice_request invoice_request_supplier_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoice_request
    ADD CONSTRAINT invoice_request_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.supplier(id);


--
-- Name: payment payment_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(id);


--
-- Name: payment payment_purchase_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchase(id);


--
-- Name: product product_brand_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id);


--
-- Name: product product_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.category(id);


--
-- Name: product product_discount_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_discount_id_fkey FOREIGN KEY (discount_id) REFERENCES public.discount(id);


--
-- Name: purchase purchase_cart_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase
    ADD CONSTRAINT purchase_cart_id_fkey FOREIGN KEY (cart_id) REFERENCES public.cart(id);


--
-- Name: purchase purchase_customer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase
    ADD CONSTRAINT purchase_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customer(id);


--
-- Name: purchase_line purchase_line_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase_line
    ADD CONSTRAINT purchase_line_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: purchase_line purchase_line_purchase_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.purchase_line
    ADD CONSTRAINT purchase_line_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchase(id);


--
-- Name: renamed renamed_brand_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.renamed
    ADD CONSTRAINT renamed_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;


--
-- Name: renamed renamed_category_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.renamed
    ADD CONSTRAINT renamed_category_id_fkey FOREIGN KEY (category_id) REFERENCES public.category(id) ON DELETE CASCADE;


--
-- Name: session session_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(id);


--
-- Name: staff staff_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(id);


--
-- Name: stock stock_invoice_request_line_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_invoice_request_line_id_fkey FOREIGN KEY (invoice_request_line_id) REFERENCES public.invoice_request_line(id);


--
-- Name: stock_level stock_level_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_level
    ADD CONSTRAINT stock_level_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: stock_movement stock_movement_invoice_request_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_movement
    ADD CONSTRAINT stock_movement_invoice_request_id_fkey FOREIGN KEY (invoice_request_id) REFERENCES public.invoice_request(id);


--
-- Name: stock_movement stock_movement_login_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_movement
    ADD CONSTRAINT stock_movement_login_id_fkey FOREIGN KEY (login_id) REFERENCES public.login(id);


--
-- Name: stock_movement stock_movement_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_movement
    ADD CONSTRAINT stock_movement_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: stock_movement stock_movement_purchase_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_movement
    ADD CONSTRAINT stock_movement_purchase_id_fkey FOREIGN KEY (purchase_id) REFERENCES public.purchase(id);


--
-- Name: stock_movement stock_movement_stock_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_movement
    ADD CONSTRAINT stock_movement_stock_id_fkey FOREIGN KEY (stock_id) REFERENCES public.stock(id);


--
-- Name: stock stock_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: stock stock_supplier_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock
    ADD CONSTRAINT stock_supplier_id_fkey FOREIGN KEY (supplier_id) REFERENCES public.supplier(id);


--
-- PostgreSQL database dump complete
--


