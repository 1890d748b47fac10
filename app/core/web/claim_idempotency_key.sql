-- edition 1
-- Claims the right to do what a request asks for, until the transaction ends, and returns the first answer to it if there
-- is one. `claimed` is false while another transaction holds the claim.
CREATE OR REPLACE FUNCTION claim_idempotency_key(claim bigint, of_principal text, of_route text, of_key text)
    RETURNS TABLE (claimed boolean, request_hash bytea, status smallint, body text, headers text)
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
