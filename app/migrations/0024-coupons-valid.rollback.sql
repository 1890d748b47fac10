ALTER TABLE cart DROP CONSTRAINT cart_coupon_id_fkey,
    ADD CONSTRAINT cart_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupon ON DELETE SET NULL NOT VALID;
ALTER TABLE purchase DROP CONSTRAINT purchase_coupon_id_fkey,
    ADD CONSTRAINT purchase_coupon_id_fkey FOREIGN KEY (coupon_id) REFERENCES coupon NOT VALID;
