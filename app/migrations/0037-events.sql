-- depends: 0036-markdowns-indexed

-- What became of purchases and of money, each written in the transaction in which it happened: ids, and nothing of anybody.
-- An id is drawn while the purchase is locked, so the events of one purchase are in order. Among all, a transaction that
-- commits late leaves a hole for a while, which nobody may read past: `position` is for whoever gives them an order then.
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint CONSTRAINT event_position_key UNIQUE,
    kind text NOT NULL CHECK (kind ~ '^[a-z]+\.[a-z_]+$'),
    purchase_id uuid,
    detail jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_at ON event (at);
