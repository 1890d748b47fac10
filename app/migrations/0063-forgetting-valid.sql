-- depends: 0062-forgetting

ALTER TABLE purchase VALIDATE CONSTRAINT purchase_forgotten_at_check;
