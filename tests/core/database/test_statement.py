import datetime as dt
import json
import uuid
from decimal import Decimal
from typing import Any

import peewee
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.database import Statement, literal
from app.core.database.statement import Param, reads_only, statement_of
from tests.core.things import Thing, execute, new_code

BY_CODE = Statement(
    Thing.select(
        peewee.fn.json_build_object("code", Thing.code, "100 %s 'sure'", Thing.label), Thing.amount
    )
    .where(Thing.code == Param("code"), Thing.amount >= Decimal("0.5"))
    .limit(Param("limit"))
)


class TestFromPeewee:
    def test_parameters_have_names_and_values_are_part_of_the_sql(self):
        assert BY_CODE.names == {"code", "limit"}
        assert BY_CODE.sql == (
            "SELECT json_build_object('code', \"t1\".\"code\", '100 %%s ''sure''', \"t1\".\"label\"), "
            '"t1"."amount" FROM "thing" AS "t1" '
            'WHERE (("t1"."code" = %(code)s) AND ("t1"."amount" >= 0.5)) LIMIT %(limit)s'
        )

    async def test_json_comes_as_text(self, manager):
        thing = await manager.create(Thing, code=new_code(), label="Ćma 3%")
        text, amount = await manager.fetch_one(BY_CODE, code=thing.code, limit=1)
        assert json.loads(text) == {"code": thing.code, "100 %s 'sure'": "Ćma 3%"}
        assert amount == Decimal("1.000")

    async def test_models_still_get_json_parsed(self, manager):
        (row,) = await manager.execute(
            Thing.raw("""SELECT '{"a": [1]}'::jsonb AS extra, 1 AS id""").tuples()
        )
        assert row[0] == {"a": [1]}

    async def test_insert_and_update(self, manager):
        insert = Statement(
            Thing.insert(code=Param("code"), label="50 %", amount=Param("amount")).returning(
                Thing.id
            )
        )
        rename = Statement(
            Thing.update(label=peewee.fn.UPPER(Param("label"))).where(Thing.id == Param("id"))
        )
        assert (insert.read, rename.read) == (False, False)
        thing_id = await manager.fetch_value(insert, code=new_code(), amount=Decimal(2))
        assert (await manager.get(Thing, Thing.id == thing_id)).label == "50 %"
        assert await manager.run(rename, id=thing_id, label="ü%") == 1
        assert (await manager.get(Thing, Thing.id == thing_id)).label == "Ü%"

    async def test_percent_as_an_operator(self, manager):
        rest = peewee.Expression(Thing.id, peewee.OP.MOD, 2)
        odd = Statement(Thing.select(peewee.fn.COUNT(1)).where(rest == Param("rest")))
        assert "%%" in odd.sql
        assert isinstance(await manager.fetch_value(odd, rest=1), int)

    async def test_several_values_for_one_parameter(self, manager):
        codes = [new_code(), new_code()]
        for code in codes:
            await manager.create(Thing, code=code)
        found = Statement(
            Thing.select(Thing.code)
            .where(Thing.code == peewee.fn.ANY(Param("codes")))
            .order_by(Thing.id)
        )
        assert await manager.fetch(found, codes=codes) == [(code,) for code in codes]

    def test_marker_that_no_value_belongs_to(self):
        with pytest.raises(ValueError, match="1 markers for 0 values"):
            Statement(Thing.select(peewee.SQL("'%s'")))

    def test_value_without_a_literal(self):
        with pytest.raises(TypeError, match="make it a Param"):
            Statement(Thing.select().where(Thing.code == peewee.Value(object(), converter=False)))

    def test_name_of_a_parameter(self):
        with pytest.raises(ValueError, match="cannot be the name"):
            Param("a b")


class TestFromText:
    async def test_percent_signs_stand_for_themselves(self, manager):
        statement = Statement(
            "SELECT 7 % 4, 7 %% 4, 'a%' LIKE 'a%', %(x)s::text, '%(y)d', %(x)s::text"
        )
        assert statement.names == {"x"}
        assert await manager.fetch(statement, x="50 %") == [(3, 3, True, "50 %", "%(y)d", "50 %")]

    async def test_percent_signs_without_parameters(self, manager):
        assert await manager.fetch_value("SELECT 'a%b' LIKE '%'") is True

    async def test_wrong_parameters(self, manager):
        with pytest.raises(TypeError, match=r"missing parameters \['x'\], unknown \['y'\]"):
            await manager.fetch("SELECT %(x)s::int", y=1)

    def test_same_text_is_compiled_once(self):
        assert statement_of("SELECT 1") is statement_of("SELECT 1")

    def test_repr_is_its_sql(self):
        assert repr(Statement("SELECT 1")) == "Statement('SELECT 1')"


class TestReadOrWrite:
    @pytest.mark.parametrize(
        ("sql", "read"),
        [
            ("SELECT 1", True),
            ("  (select updated_at, deleted FROM t) UNION TABLE u", True),
            ("WITH x AS (SELECT 1) SELECT * FROM x", True),
            ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", False),
            ("SELECT * FROM t FOR UPDATE", False),
            ("SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED", False),
            ("SELECT * FROM t FOR KEY SHARE", False),
            ("SELECT nextval('s')", False),
            ("SELECT 1 INTO t", False),
            ("INSERT INTO t VALUES (1)", False),
            ("CALL p()", False),
        ],
    )
    def test_is_judged_by_its_words(self, sql, read):
        assert reads_only(sql) is read
        assert Statement(sql).read is read

    def test_unless_it_says_so(self):
        assert Statement("SELECT place_order()", read=False).read is False
        assert Statement("CALL look()", read=True).read is True


@pytest.fixture(scope="module")
def value_of(things_url):
    def ask(sql: str) -> Any:
        return execute(things_url, f"SELECT {sql}")[0][0]

    return ask


# What PostgreSQL's text can hold: no NUL, no half of a surrogate pair.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
PLAIN = st.one_of(
    TEXT,
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.just(dt.UTC)),
)


class TestLiteral:
    @given(value=PLAIN)
    def test_means_the_same_to_postgresql(self, value_of, value):
        assert value_of(literal(value)) == value

    @given(texts=st.lists(TEXT, min_size=1))
    def test_arrays(self, value_of, texts):
        assert value_of(literal(texts)) == texts

    def test_tuples_are_for_in(self, value_of):
        assert value_of(f"2 IN {literal((1, 2))}") is True

    def test_minus_before_a_negative_number(self, value_of):
        assert value_of(f"1 -{literal(-1)}") == 2

    def test_uuid(self, value_of):
        value = uuid.uuid4()
        assert str(value_of(literal(value))) == str(value)

    def test_backslash_where_it_is_an_escape(self, things_url):
        off = things_url + "&options=-c%20standard_conforming_strings%3Doff"
        text = "a\\nb'\\"
        assert execute(off, f"SELECT {literal(text)}") == [(text,)]

    def test_nul(self):
        with pytest.raises(ValueError, match="NUL"):
            literal("a\0")
