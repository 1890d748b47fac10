ALTER TABLE discount
    DROP CONSTRAINT discount_kind_check,
    ADD CONSTRAINT discount_kind_check
        CHECK (num_nonnulls(rate, amount, pay, price) = 1 AND (buy IS NULL) = (num_nonnulls(pay, price) = 0)) NOT VALID,
    DROP CONSTRAINT discount_amount_check,
    ADD CONSTRAINT discount_amount_check CHECK (amount > 0 AND amount < 'NaN') NOT VALID,
    DROP CONSTRAINT discount_buy_check,
    ADD CONSTRAINT discount_buy_check CHECK (buy BETWEEN 2 AND 1000) NOT VALID,
    DROP CONSTRAINT discount_pay_check,
    ADD CONSTRAINT discount_pay_check CHECK (pay > 0 AND pay < buy) NOT VALID,
    DROP CONSTRAINT discount_price_check,
    ADD CONSTRAINT discount_price_check CHECK (price > 0 AND price < 'NaN') NOT VALID,
    DROP CONSTRAINT discount_weekdays_check,
    ADD CONSTRAINT discount_weekdays_check CHECK (
        weekdays <@ '["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]') NOT VALID,
    DROP CONSTRAINT discount_on_check,
    ADD CONSTRAINT discount_on_check CHECK (
        jsonb_typeof(products) = 'array' AND jsonb_typeof(categories) = 'array' AND jsonb_typeof(brands) = 'array') NOT VALID;
