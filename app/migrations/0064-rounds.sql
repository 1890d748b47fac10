-- depends: 0063-forgetting-valid

-- When each round but the first began: what was counted before the last one, and is sent behind it, belongs to one of them.
ALTER TABLE stock_count_product ADD COLUMN rounds_at timestamptz[] NOT NULL DEFAULT '{}';
