-- transactional: false
DROP INDEX CONCURRENTLY IF EXISTS purchase_coupon_phone;
DROP INDEX CONCURRENTLY IF EXISTS purchase_coupon_customer;
DROP INDEX CONCURRENTLY IF EXISTS cart_coupon_id;
