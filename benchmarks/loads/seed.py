"""A shop of any size, in seconds, by SQL over sets: as the role that owns the tables, into a migrated, empty database.

What the triggers of a table make of each row is made here too, and a test compares; `verify` finds such a shop consistent.
"""

from collections.abc import Sequence

from argon2 import PasswordHasher
from psycopg2.extras import execute_values

from benchmarks.loads.bulk import Cursor, settle, transaction, unburdened, untriggered
from benchmarks.loads.words import ADJECTIVES, words

ROOTS, LEAVES = 8, 40
PRODUCTS_A_WORD = 100
"""So many are named by one noun, whatever the size of the shop; a fifth of them shares an adjective too."""
PRODUCTS_A_BRAND = 50
STOCK = 1_000_000
"""Of each product: more than any run can sell."""
PASSWORD = "nine yellow pears on a shelf"  # noqa: S105 - of people who are not there
"""Of every customer."""
CART_TOKEN = "ogs_c_bench"  # noqa: S105 - the beginning of every cart's token
STEP = 7919
"""From the goods of one cart to those of the next: a prime number, so that all goods are met."""

_TREE = """
    INSERT INTO category (code, name) SELECT 'aisle-' || n, 'Aisle ' || n FROM generate_series(1, %(roots)s) n;
    INSERT INTO category (code, name, parent_id)
        SELECT 'shelf-' || n, 'Shelf ' || n, (SELECT id FROM category WHERE code = 'aisle-' || 1 + n %% %(roots)s)
        FROM generate_series(1, %(leaves)s) n;
    INSERT INTO discount (code, name, rate, starts_on, ends_on) VALUES
        ('week', 'Offer of the week', 0.2, CURRENT_DATE - 3, CURRENT_DATE + 400),
        ('short', 'Best before soon', 0.5, CURRENT_DATE - 1, NULL),
        ('last', 'Last month', 0.1, CURRENT_DATE - 60, CURRENT_DATE - 30);
    INSERT INTO discount (code, name, rate, amount, buy, pay, starts_on, weekdays, categories, brands) VALUES
        ('less', 'Ten cents less', NULL, 0.10, NULL, NULL, CURRENT_DATE - 10, '[]', '["aisle-8"]', '[]'),
        ('three', 'Three for two', NULL, NULL, 3, 2, CURRENT_DATE - 10, '[]', '["aisle-7"]', '[]'),
        ('friday', 'Fridays', 0.1, NULL, NULL, NULL, CURRENT_DATE - 10, '["friday"]', '[]', '["brand-0"]');
    CREATE TEMP TABLE leaf ON COMMIT DROP AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS number, id, name FROM category WHERE parent_id IS NOT NULL;
    CREATE TEMP TABLE noun (number bigint PRIMARY KEY, name text) ON COMMIT DROP;
    CREATE TEMP TABLE adjective (number bigint PRIMARY KEY, name text) ON COMMIT DROP;
    CREATE TEMP TABLE maker (number bigint PRIMARY KEY, name text) ON COMMIT DROP;
"""
_BRANDS = """
    INSERT INTO brand (code, name) SELECT 'brand-' || number, name || ' Foods' FROM maker;
    CREATE TEMP TABLE label ON COMMIT DROP AS
        SELECT m.number, b.id, b.name, CASE WHEN EXISTS (SELECT FROM discount d WHERE d.brands ? b.code) THEN b.id ELSE 0 END AS promoted
        FROM maker m JOIN brand b ON b.code = 'brand-' || m.number;
    ANALYZE leaf, noun, adjective, label;
    INSERT INTO image (hash, small, medium, large, width, height)
        SELECT encode(sha256('a'), 'hex'), 'a', 'a', 'a', 1, 1;
"""
# A noun has five adjectives. Shelves are of very different sizes: the first has more than a quarter of the shop,
# the smallest less than a hundredth. One in 33 products was withdrawn, one in ten has a discount of its own, one in four a
# picture. A twelfth of them costs ten cents less, and another is sold three for the price of two.
_MADE = """
    CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT 'P' || lpad(p.n::text, 7, '0') AS code,
           a.name || ' ' || w.name || ' ' || 50 * (1 + p.n %% 20) || CASE WHEN p.n %% 3 = 0 THEN ' ml' ELSE ' g' END AS name,
           'From ' || l.name || '. Keep in a cool and dry place; once opened, use within ' || 3 + p.n %% 5 || ' days.' AS description,
           l.id AS brand_id, l.name AS brand, c.id AS category_id, c.name AS category,
           coalesce(d.id, 0) AS discount_id, l.promoted,
           (99 + p.n * 37 %% 1900) / 100.0 AS price, CASE WHEN p.n %% 4 = 0 THEN 0.19 ELSE 0.07 END AS vat_rate,
           400000000000 + p.n AS number, p.n %% 33 <> 5 AS active, p.noun, a.number AS adjective, p.n
    FROM (
        SELECT n, n %% %(nouns)s AS noun, n / %(nouns)s AS turn, n * 7919 %% 10007 / 10007.0 AS place
        FROM generate_series(1, %(number)s::bigint) n
    ) p
    JOIN noun w ON w.number = p.noun
    JOIN adjective a ON a.number = (p.noun * 13 + p.turn %% 5) %% %(adjectives)s
    JOIN label l ON l.number = (p.n / 7 + p.n * 31) %% %(brands)s
    JOIN leaf c ON c.number = floor(%(leaves)s * power(p.place, 3))
    LEFT JOIN discount d ON d.code = CASE p.n %% 20 WHEN 3 THEN 'week' WHEN 7 THEN 'short' WHEN 11 THEN 'last' END
    ORDER BY p.n;
"""
# Which discounts products may have: none names a product, so few things tell.
_SETS = """
    CREATE TEMP TABLE meant ON COMMIT DROP AS
        SELECT m.*, discounts_of('', m.promoted, m.category_id, m.discount_id) AS discounts
        FROM (SELECT DISTINCT promoted, category_id, discount_id FROM made) m;
    INSERT INTO discount_set (discounts) SELECT DISTINCT discounts FROM meant WHERE discounts <> '{}' ORDER BY 1;
"""
_INSERT = """
    INSERT INTO product (code, gtin, name, description, image, brand_id, category_id, discount_id, discount_set, unit, price, vat_rate, active,
            search_text, created_at)
    SELECT m.code,
           number || ((10 - (
               SELECT sum(substr(m.number::text, place, 1)::int * CASE WHEN place %% 2 = 0 THEN 3 ELSE 1 END)
               FROM generate_series(1, 12) place) %% 10) %% 10)::text,
           m.name, m.description, CASE WHEN m.n %% 4 = 0 THEN i.hash END, m.brand_id, m.category_id, nullif(m.discount_id, 0), coalesce(s.id, 0),
           'piece', m.price, m.vat_rate, m.active,
           search_words(concat_ws(' ', m.name, m.brand, m.category)), now() - interval '1 year'
    FROM made m
    CROSS JOIN image i
    JOIN meant USING (promoted, category_id, discount_id)
    LEFT JOIN discount_set s USING (discounts)
    WHERE m.n {} (SELECT n FROM known)
    ORDER BY m.n
"""
# With these go in every word there is, so that the database learns them from them as it does from any product.
_KNOWN = """
    CREATE TEMP TABLE known ON COMMIT DROP AS
        SELECT min(n) AS n FROM made GROUP BY noun UNION SELECT min(n) FROM made GROUP BY adjective
        UNION SELECT min(n) FROM made GROUP BY brand_id UNION SELECT min(n) FROM made GROUP BY category_id;
"""
# What the triggers would have written of those that they did not see.
_BARCODES = """
    INSERT INTO barcode (gtin14, product_id, pieces)
        SELECT lpad(p.gtin, 14, '0'), p.id, 1 FROM product p WHERE p.gtin IS NOT NULL ORDER BY 1
        ON CONFLICT (gtin14) DO NOTHING
"""
# What a receipt of each lot comes to. The triggers would write each of these rows twice.
_STOCK = """
    INSERT INTO stock_level (product_id, on_hand) SELECT id, %(stock)s FROM product ORDER BY id
        ON CONFLICT (product_id) DO UPDATE SET on_hand = excluded.on_hand;
    INSERT INTO supplier (code, name) VALUES ('wholesale', 'Wholesale Ltd');
    INSERT INTO stock (product_id, supplier_id, on_hand, unit_cost, expires_on)
        SELECT p.id, s.id, %(stock)s, round(p.price * 0.6, 4), CASE WHEN p.id %% 3 > 0 THEN CURRENT_DATE + 300 + (p.id %% 90)::int END
        FROM product p, supplier s ORDER BY p.id;
    INSERT INTO stock_movement (kind, product_id, stock_id, quantity)
        SELECT 'receipt', product_id, id, on_hand FROM stock ORDER BY id;
"""


def products(owner_url: str, number: int) -> None:
    """Fill an empty catalogue with so many products, up to 1,000,000, and with stock of each.

    They are called P0000001 and so on. There are 48 categories in two levels, 20 brands for each 1,000 products, and one
    lot of each product. About as many products are found for a noun and an adjective whatever the number.
    """
    nouns = max(1, number // PRODUCTS_A_WORD)
    brands = max(1, number // PRODUCTS_A_BRAND)
    sizes = {"nouns": nouns, "brands": brands, "number": number, "adjectives": len(ADJECTIVES)}
    shape = {"roots": ROOTS, "leaves": LEAVES, "stock": STOCK, **sizes}
    with transaction(owner_url) as cursor:
        cursor.execute(_TREE, shape)
        _fill(cursor, "noun", words(range(nouns)))
        _fill(cursor, "maker", words(range(100_000, 100_000 + brands)))
        _fill(cursor, "adjective", ADJECTIVES)
        cursor.execute(_BRANDS, shape)
        cursor.execute(_MADE, shape)
        cursor.execute(_KNOWN)
        cursor.execute(_SETS)
        cursor.execute("ANALYZE made, known, meant")
        with unburdened(cursor, ["product", "stock_level", "stock", "stock_movement"]):
            cursor.execute(_INSERT.format("IN"), ())
            with untriggered(cursor, "product"):
                cursor.execute(_INSERT.format("NOT IN"), ())
            cursor.execute(_BARCODES)
            with untriggered(cursor, "stock_movement"):
                cursor.execute(_STOCK, shape)
    settle(owner_url)


def _fill(cursor: Cursor, table: str, names: list[str]) -> None:
    insert = f"INSERT INTO {table} VALUES %s"  # noqa: S608 - a name written in here
    execute_values(cursor, insert, list(enumerate(names)))


_CUSTOMERS = """
    INSERT INTO login (email, password_hash, role)
        SELECT 'customer-' || n || '@bench.example', %(hash)s, 'customer' FROM generate_series(1, %(number)s) n;
    INSERT INTO customer (login_id, name)
        SELECT id, 'Customer ' || id FROM login WHERE email LIKE 'customer-%%@bench.example' ORDER BY id;
"""
# On sale, numbered from 0, so that a cart's lines follow from its number.
_GOODS = """
    CREATE TEMP TABLE goods ON COMMIT DROP AS
        SELECT row_number() OVER (ORDER BY p.id) - 1 AS number, p.id, p.code, p.name, p.unit, p.price, p.vat_rate,
               o.unit_price, o.discount_rate, o.discount_terms, s.id AS stock_id
        FROM product p JOIN offer o ON o.product_id = p.id JOIN stock s ON s.product_id = p.id WHERE p.active;
    CREATE UNIQUE INDEX ON goods (number);
    ANALYZE goods;
"""
CART_ID = "('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
"""The SQL for the id of the cart of number n."""
_CARTS = f"""
    INSERT INTO cart (id, token_hash, expires_at)
        SELECT {CART_ID}, sha256(convert_to(%(token)s || lpad(n::text, 12, '0'), 'UTF8')), now() + interval '7 days'
        FROM generate_series(%(first)s::bigint, %(last)s) n;
    INSERT INTO cart_item (cart_id, product_id, quantity)
        SELECT {CART_ID}, (%(goods)s::bigint[])[1 + (n * %(step)s + line) %% %(kinds)s], 1 + line %% 2
        FROM generate_series(%(first)s::bigint, %(last)s) n CROSS JOIN generate_series(0, %(lines)s - 1) line;
"""  # noqa: S608 - of parts written above
# Of ten purchases nine were collected, over the year; the others were placed just now and are not paid. Of nothing so much was
# bought that a multi-buy would make it cheaper.
_PURCHASES = """
    CREATE TEMP TABLE past ON COMMIT DROP AS
        SELECT k, gen_random_uuid() AS id, gen_random_uuid() AS cart_id, k %% 10 > 0 AS collected,
               now() - CASE WHEN k %% 10 > 0 THEN interval '1 day' + interval '30 seconds' * (%(last)s - k)
                       ELSE interval '1 millisecond' * (%(last)s - k) END AS placed_at
        FROM generate_series(%(first)s::bigint, %(last)s) k;
    CREATE TEMP TABLE past_line ON COMMIT DROP AS
        SELECT p.id AS purchase_id, p.collected, p.placed_at, g.*, q.quantity, round(q.quantity * g.unit_price, 2) AS total
        FROM past p
        CROSS JOIN LATERAL generate_series(0, (p.k %% 3)::int) line
        CROSS JOIN LATERAL (SELECT (1 + (p.k + line) %% 2)::numeric AS quantity) q
        JOIN goods g ON g.number = (p.k * 7919 + line * (1 + %(kinds)s / 4)) %% %(kinds)s;
    CREATE TEMP TABLE past_sum ON COMMIT DROP AS
        SELECT purchase_id, sum(total) AS total, sum(total - round(total / (1 + vat_rate), 2)) AS vat_total
        FROM past_line GROUP BY purchase_id;
    ANALYZE past, past_line, past_sum;
    INSERT INTO cart (id, token_hash, status, created_at, expires_at)
        SELECT cart_id, sha256(uuid_send(cart_id)), 'checked_out', placed_at, placed_at + interval '7 days' FROM past;
    INSERT INTO purchase (id, cart_id, token_hash, contact_name, contact_phone, status, currency, total, vat_total, paid, placed_at, pay_by,
            collected_at, updated_at)
        SELECT p.id, p.cart_id, sha256(uuid_send(p.cart_id)), 'Buyer ' || p.k, '+49 30 5550100', CASE WHEN p.collected THEN 'collected' ELSE 'placed' END,
               'EUR', s.total, s.vat_total, CASE WHEN p.collected THEN s.total ELSE 0 END, p.placed_at, p.placed_at + interval '2 hours',
               CASE WHEN p.collected THEN p.placed_at + interval '1 hour' END, p.placed_at
        FROM past p JOIN past_sum s ON s.purchase_id = p.id ORDER BY p.k;
    INSERT INTO purchase_line (purchase_id, product_id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, total, vat_amount,
            discount)
        SELECT purchase_id, id, code, name, unit, quantity, price, discount_rate, unit_price, vat_rate, total,
               total - round(total / (1 + vat_rate), 2), discount_terms
        FROM past_line;
    INSERT INTO allocation (purchase_line_id, stock_id, quantity)
        SELECT l.id, p.stock_id, l.quantity
        FROM past_line p JOIN purchase_line l ON l.purchase_id = p.purchase_id AND l.product_id = p.id;
    INSERT INTO stock_movement (at, kind, product_id, stock_id, quantity, purchase_id)
        SELECT placed_at + interval '1 hour', 'sale', id, stock_id, -quantity, purchase_id FROM past_line WHERE collected;
    CREATE TEMP TABLE promised ON COMMIT DROP AS
        SELECT id, stock_id, sum(quantity) AS quantity FROM past_line WHERE NOT collected GROUP BY id, stock_id;
    UPDATE stock s SET allocated = s.allocated + p.quantity FROM promised p WHERE s.id = p.stock_id;
    UPDATE stock_level l SET allocated = l.allocated + p.quantity FROM promised p WHERE l.product_id = p.id;
"""
_PAYMENTS = """
    INSERT INTO payment (purchase_id, kind, method, amount, at)
        SELECT s.purchase_id, 'payment', 'card', s.total, p.placed_at + interval '1 hour'
        FROM past_sum s JOIN past p ON p.id = s.purchase_id WHERE p.collected AND s.total > 0
"""
_SALES = ("cart", "purchase", "purchase_line", "allocation", "payment", "stock_movement")


def customers(owner_url: str, number: int = 100) -> list[str]:
    """Make customers who all have PASSWORD, hashed at its full cost; return their e-mail addresses."""
    made = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1).hash(PASSWORD)
    with transaction(owner_url) as cursor:
        cursor.execute(_CUSTOMERS, {"hash": made, "number": number})
    return [f"customer-{n}@bench.example" for n in range(1, number + 1)]


def cart_id(number: int) -> str:
    """Return the id of the cart of that number."""
    return f"00000000-0000-4000-8000-{number:012x}"


def cart_token(number: int) -> str:
    """Return the token that opens it."""
    return f"{CART_TOKEN}{number:012d}"


def goods_of(number: int, kinds: int, line: int) -> int:
    """Return which of `kinds` goods lies in that line of the cart of that number."""
    return (number * STEP + line) % kinds


def carts(owner_url: str, goods: Sequence[int], first: int, number: int, lines: int = 3) -> None:
    """Make the open carts first, first + 1, … with so many lines, of those of `goods` (ids) that goods_of() names.

    Two carts that follow each other share nothing, unless there are fewer goods than lines.
    """
    shape = {"first": first, "last": first + number - 1, "lines": min(lines, len(goods))}
    values = {**shape, "token": CART_TOKEN, "goods": list(goods), "kinds": len(goods), "step": STEP}
    with transaction(owner_url) as cursor:
        cursor.execute(_CARTS, values)


def purchases(owner_url: str, number: int) -> None:
    """Add so many purchases of one to three lines to the shop, most of them paid and collected, and settle it.

    Call it again for more. A million takes minutes.
    """
    with transaction(owner_url) as cursor:
        cursor.execute(_GOODS)
        cursor.execute("SELECT (SELECT count(*) FROM purchase), (SELECT count(*) FROM goods)")
        there, kinds = cursor.fetchone() or (0, 0)
        shape = {"first": there + 1, "last": there + number, "kinds": kinds}
        with (
            unburdened(cursor, _SALES),
            untriggered(cursor, "purchase"),
            untriggered(cursor, "payment"),
        ):
            cursor.execute(_PURCHASES, shape)
            cursor.execute(_PAYMENTS)
    settle(owner_url)
