-- edition 2
-- The first thousand products follow a discount at once, or a category that was moved; the service and `tidy` go through the
-- rest in steps.
CREATE OR REPLACE FUNCTION follow_discount() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        one bigint;
        most integer := 1000;
    BEGIN
        IF TG_TABLE_NAME = 'category' THEN
            -- However many discounts there are: a product that follows one has all of its others too.
            FOR one IN SELECT d.id FROM discount d WHERE d.categories <> '[]' ORDER BY d.id LOOP
                most := most - renew_discount_sets(one, most);
                EXIT WHEN most <= 0;
            END LOOP;
        ELSE
            PERFORM renew_discount_sets(CASE WHEN TG_OP = 'DELETE' THEN OLD.id ELSE NEW.id END, most);
        END IF;
        RETURN NULL;
    END
    $$;
CREATE OR REPLACE TRIGGER discount_follow AFTER INSERT OR DELETE OR UPDATE OF active, ends_on, products, categories, brands ON discount
    FOR EACH ROW EXECUTE FUNCTION follow_discount();
CREATE OR REPLACE TRIGGER category_follow_discounts AFTER UPDATE OF parent_id ON category
    FOR EACH ROW WHEN (OLD.parent_id IS DISTINCT FROM NEW.parent_id) EXECUTE FUNCTION follow_discount();
