-- depends: 0001-foundations

-- One row for each person who can sign in; what a person is besides lies in staff or customer.
CREATE TABLE login (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL CHECK (email = btrim(email) AND length(email) BETWEEN 3 AND 254 AND position('@' IN email) > 1),
    password_hash text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    role text NOT NULL CHECK (role IN ('customer', 'clerk', 'admin')),
    active boolean NOT NULL DEFAULT true,
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX login_email_key ON login (lower(email));

CREATE TABLE staff (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_id bigint NOT NULL CONSTRAINT staff_login_id_key UNIQUE REFERENCES login,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER staff_stamp BEFORE UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION stamp_update();

CREATE TABLE customer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_id bigint NOT NULL CONSTRAINT customer_login_id_key UNIQUE REFERENCES login,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    phone text CHECK (length(phone) BETWEEN 3 AND 32),
    address text CHECK (length(address) BETWEEN 1 AND 500),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX customer_name ON customer (name, id);
CREATE TRIGGER customer_stamp BEFORE UPDATE ON customer FOR EACH ROW EXECUTE FUNCTION stamp_update();

-- Only the SHA-256 of a token is kept: who reads this table cannot sign in with it.
CREATE TABLE session (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    login_id bigint NOT NULL REFERENCES login,
    token_hash bytea NOT NULL CONSTRAINT session_token_hash_key UNIQUE CHECK (length(token_hash) = 32),
    user_agent text NOT NULL DEFAULT '' CHECK (length(user_agent) <= 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    CHECK (expires_at > created_at)
);
CREATE INDEX session_login_id ON session (login_id);
CREATE INDEX session_expires_at ON session (expires_at);

-- Failed or costly tries of public routes in a window of time, shared by all workers.
-- The key is an HMAC of what is counted, so that no address or e-mail is kept here.
CREATE TABLE attempt (
    key bytea PRIMARY KEY CHECK (length(key) = 32),
    tries integer NOT NULL CHECK (tries > 0),
    window_ends_at timestamptz NOT NULL
);
CREATE INDEX attempt_window_ends_at ON attempt (window_ends_at);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    login_id bigint REFERENCES login,
    action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 120),
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_subject ON audit_log (subject, id);
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The first answer to a request that carried an Idempotency-Key, written in that request's own transaction.
CREATE TABLE idempotency_key (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    status smallint NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers jsonb NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);
