-- transactional: false
-- depends: 0018-guest-bounds

-- What waits to be paid: few rows, however many were sold. By telephone number, and read as a whole for what guests hold.
DROP INDEX CONCURRENTLY IF EXISTS purchase_unpaid;
CREATE INDEX CONCURRENTLY purchase_unpaid ON purchase (phone_digits(contact_phone), id) INCLUDE (customer_id)
    WHERE status = 'placed' AND paid = 0 AND total > 0;
