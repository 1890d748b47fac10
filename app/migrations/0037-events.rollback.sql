DROP FUNCTION IF EXISTS note_purchase_event() CASCADE;
DROP FUNCTION IF EXISTS note_payment_event() CASCADE;
DROP TABLE event;
