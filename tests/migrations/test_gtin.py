"""0010: a GTIN is one number, also in a shop that already has it twice."""

import pytest

from app.core.database import migrations
from tests.builders import product, rows, value


@pytest.fixture
def before(fresh_database):
    """A shop of the version before."""
    names = {path.stem.removesuffix(".rollback") for path in migrations.DIRECTORY.glob("*.sql")}
    migrations.roll_back(fresh_database.owner_url, sum(name >= "0010-gtin-check" for name in names))
    return fresh_database


def migrate(shop):
    return migrations.migrate(shop.owner_url, shop.app_url)


def test_products_that_clash_are_named_until_somebody_decides(before):
    kept = product(before, code="cola", gtin="012345678905")
    product(before, code="caviar", gtin="0012345678905", active=False)
    product(before, code="third", gtin="00012345678905")
    product(before, code="milk", gtin="4006381333931")
    product(before, code="box", gtin="04006381333931")
    loose = product(before, code="loose", gtin="00000000")
    for _ in range(2):
        with pytest.raises(migrations.MigrationError) as refused:
            migrate(before)
        assert str(refused.value).endswith(
            "cola (012345678905) = caviar (0012345678905) = third (00012345678905);"
            " milk (4006381333931) = box (04006381333931)."
        )
        assert "\n" not in str(refused.value)
    # Meanwhile the shop goes on, and nothing is in its way.
    rows(before, "UPDATE product SET price = 3 WHERE id = %(id)s", id=loose.id)
    rows(before, "UPDATE product SET gtin = NULL WHERE code IN ('caviar', 'third', 'box')")
    migrate(before)
    assert value(before, "SELECT gtin FROM product WHERE id = %(id)s", id=kept.id) == kept.gtin


def test_a_long_list_of_them_is_cut(before):
    for number in range(21):
        digits = f"2000000{number:04}"
        check = -sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(digits)) % 10
        for zeros in ("", "0"):
            product(before, gtin=f"{zeros}{digits}{check}")
    with pytest.raises(migrations.MigrationError, match=r"; and 1 more\.$"):
        migrate(before)


def test_zeros_alone_become_none(before):
    product(before, code="loose", gtin="00000000")
    product(before, code="other", gtin="0000000000000")
    migrate(before)
    assert [row.gtin for row in rows(before, "SELECT gtin FROM product")] == [None, None]
