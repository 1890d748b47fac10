-- depends: 0029-discounts-indexed

ALTER TABLE discount VALIDATE CONSTRAINT discount_kind_check, VALIDATE CONSTRAINT discount_amount_check,
    VALIDATE CONSTRAINT discount_buy_check, VALIDATE CONSTRAINT discount_pay_check, VALIDATE CONSTRAINT discount_price_check,
    VALIDATE CONSTRAINT discount_weekdays_check, VALIDATE CONSTRAINT discount_on_check;
