DROP TABLE idempotency_key, audit_log, attempt, session, customer, staff, login;
