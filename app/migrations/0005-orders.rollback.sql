ALTER TABLE stock_movement DROP CONSTRAINT stock_movement_purchase_id_fkey;
DROP TABLE payment, allocation, purchase_line, purchase, cart_item, cart;
DROP FUNCTION check_payment();
DROP FUNCTION keep_purchase_ended();
