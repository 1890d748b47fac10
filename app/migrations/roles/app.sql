-- What the app's role may do, granted anew after each run of the migrations. It owns nothing.
GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {app};

-- The migrations' own records are read (readiness asks for the schema's version), never written.
REVOKE INSERT, UPDATE, DELETE ON _yoyo_migration, _yoyo_log, _yoyo_version, yoyo_lock FROM {app};

-- Which shop this is, the owner says.
REVOKE INSERT, UPDATE, DELETE ON shop FROM {app};

-- Ledgers only grow; their triggers say the same to everybody else.
REVOKE UPDATE, DELETE ON stock_movement, payment, cash_movement, delivery_deviation FROM {app};

-- So does what was scanned; and what was put right about lots is written by correct_lot alone.
REVOKE UPDATE, DELETE ON stock_count_scan FROM {app};
REVOKE DELETE ON stock_count, stock_count_product FROM {app};
REVOKE INSERT, UPDATE, DELETE ON stock_correction FROM {app};

-- These end some day, and no sooner than a trigger lets them.
REVOKE UPDATE ON audit_log, document_buyer FROM {app};

-- What happened stays so until it is forgotten.
REVOKE UPDATE ON event FROM {app};

-- What was sold stays as it was frozen at checkout, but for what charge_picked makes of it; a purchase only changes its state.
REVOKE UPDATE, DELETE ON purchase_line FROM {app};
REVOKE DELETE ON purchase, till_session FROM {app};

-- on_hand changes by a stock_movement and by nothing else.
REVOKE UPDATE, DELETE ON stock FROM {app};
REVOKE INSERT, UPDATE, DELETE ON stock_level, product_word, barcode, markdown_step FROM {app};
GRANT UPDATE (allocated) ON stock, stock_level TO {app};

-- A picture is another one where its bytes are.
REVOKE UPDATE ON image FROM {app};

-- Documents are made by issue_document and by nothing else, so that no number is left out or given twice; then they stay.
REVOKE INSERT, UPDATE, DELETE ON document, document_line, document_vat, document_series FROM {app};
REVOKE UPDATE, DELETE ON document_epoch FROM {app};

-- Sums are made by sum_up_day, and made right by renew_figures.
REVOKE INSERT, UPDATE, DELETE ON summed_until, product_day, product_month, sold_hour, vat_day, paid_hour, promoted_day FROM {app};
