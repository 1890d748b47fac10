-- transactional: false
-- depends: 0024-coupon-tables

DROP INDEX CONCURRENTLY IF EXISTS cart_coupon_id;
CREATE INDEX CONCURRENTLY cart_coupon_id ON cart (coupon_id) WHERE coupon_id IS NOT NULL;
-- How often somebody has redeemed one.
DROP INDEX CONCURRENTLY IF EXISTS purchase_coupon_customer;
CREATE INDEX CONCURRENTLY purchase_coupon_customer ON purchase (coupon_id, customer_id)
    WHERE coupon_id IS NOT NULL AND status <> 'cancelled';
DROP INDEX CONCURRENTLY IF EXISTS purchase_coupon_phone;
CREATE INDEX CONCURRENTLY purchase_coupon_phone ON purchase (coupon_id, phone_digits(contact_phone))
    WHERE coupon_id IS NOT NULL AND status <> 'cancelled';
