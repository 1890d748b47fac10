-- depends: 0024-coupons-indexed

ALTER TABLE cart VALIDATE CONSTRAINT cart_coupon_id_fkey;
ALTER TABLE purchase VALIDATE CONSTRAINT purchase_coupon_id_fkey;
