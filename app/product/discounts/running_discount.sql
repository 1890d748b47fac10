-- edition 2
-- For workers of the version before. The discounts that apply today.
-- It gives nobody more rights than he has: PostgreSQL lets simple views be written through.
CREATE OR REPLACE VIEW running_discount WITH (security_invoker = true) AS
    SELECT d.id, d.code, d.name, d.rate FROM discount d
    WHERE d.active AND d.starts_on <= CURRENT_DATE AND (d.ends_on IS NULL OR d.ends_on >= CURRENT_DATE);
