-- transactional: false
-- depends: 0011-promises

-- What was paid for the purchases of before, in pieces. The sum is read behind the purchase's lock, where no payment can
-- come in between.
DO $$
DECLARE
    behind uuid := '00000000-0000-0000-0000-000000000000';
    batch uuid[];
BEGIN
    LOOP
        batch := ARRAY(SELECT DISTINCT purchase_id FROM payment WHERE purchase_id > behind ORDER BY purchase_id LIMIT 1000);
        EXIT WHEN cardinality(batch) = 0;
        PERFORM FROM purchase WHERE id = ANY (batch) ORDER BY id FOR UPDATE;
        UPDATE purchase p SET paid = m.balance
            FROM (
                SELECT purchase_id, sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END) AS balance
                FROM payment WHERE purchase_id = ANY (batch) GROUP BY purchase_id
            ) m
            WHERE p.id = m.purchase_id AND p.paid <> m.balance;
        COMMIT;
        behind := batch[cardinality(batch)];
    END LOOP;
END $$;
