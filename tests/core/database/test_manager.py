import datetime as dt
import uuid
from decimal import Decimal

import peewee
import pytest

from app.core.database import (
    CheckViolation,
    ForeignKeyViolation,
    Manager,
    NotNullViolation,
    PooledPostgresqlDatabase,
    UniqueViolation,
)
from tests.core.things import Note, Pair, Thing, execute, new_code


class TestRows:
    async def test_create_returns_what_was_stored(self, manager):
        code = new_code()
        thing = await manager.create(Thing, code=code, amount="2.5")
        assert (thing.code, thing.label, thing.amount) == (code, "none", Decimal("2.500"))
        assert isinstance(thing.mark, uuid.UUID)
        assert thing.made_at.tzinfo is not None
        assert abs(thing.made_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
        assert thing.dirty_fields == []

    async def test_get(self, manager):
        made = await manager.create(Thing, code=new_code())
        assert await manager.get(Thing, Thing.code == made.code) == made
        assert await manager.get(Thing, code=made.code) == made
        assert await manager.get(Thing.select().where(Thing.id == made.id)) == made

    async def test_get_of_what_is_not_there(self, manager):
        with pytest.raises(Thing.DoesNotExist):
            await manager.get(Thing, code=new_code())
        assert await manager.get_or_none(Thing, code=new_code()) is None

    async def test_update_stores_what_changed(self, manager, things_url):
        thing = await manager.create(Thing, code=new_code())
        execute(things_url, "UPDATE thing SET amount = 9 WHERE id = %s", thing.id)
        thing.label = "new"
        assert await manager.update(thing) == 1
        stored = await manager.get(Thing, id=thing.id)
        assert (stored.label, stored.amount) == ("new", Decimal(9))
        assert await manager.update(thing) == 0

    async def test_update_only(self, manager):
        thing = await manager.create(Thing, code=new_code())
        thing.label, thing.amount = "new", Decimal(5)
        assert await manager.update(thing, only=[Thing.label]) == 1
        assert (await manager.get(Thing, id=thing.id)).amount == Decimal(1)
        assert await manager.update(thing, only=["amount"]) == 1
        assert (await manager.get(Thing, id=thing.id)).amount == Decimal(5)

    async def test_update_without_reading_first(self, manager):
        thing = await manager.create(Thing, code=new_code())
        assert await manager.update(Thing(id=thing.id, label="new")) == 1
        assert (await manager.get(Thing, id=thing.id)).label == "new"

    async def test_update_and_delete_of_what_is_gone(self, manager):
        thing = await manager.create(Thing, code=new_code())
        assert await manager.delete(thing) == 1
        assert await manager.delete(thing) == 0
        thing.label = "late"
        assert await manager.update(thing) == 0

    async def test_key_of_two_columns(self, manager):
        pair = await manager.create(Pair, a=7, b=uuid.uuid4().int % 10**9, text="old")
        pair.text = "new"
        assert await manager.update(pair) == 1
        assert (await manager.get(Pair, a=7, b=pair.b)).text == "new"
        assert await manager.delete(pair) == 1

    async def test_foreign_key_by_instance(self, manager):
        thing = await manager.create(Thing, code=new_code())
        note = await manager.create(Note, thing=thing, text="x")
        assert note.thing_id == thing.id


class TestQueries:
    async def test_count(self, manager):
        label = new_code()
        for _ in range(3):
            await manager.create(Thing, code=new_code(), label=label)
        mine = Thing.select().where(Thing.label == label)
        assert await manager.count(mine) == 3
        assert await manager.count(mine.where(Thing.amount > 1)) == 0
        assert await manager.count(Thing) >= 3

    async def test_scalar(self, manager):
        thing = await manager.create(Thing, code=new_code(), amount=3)
        query = Thing.select(Thing.amount).where(Thing.id == thing.id)
        assert await manager.scalar(query) == Decimal(3)
        assert await manager.scalar(query.where(Thing.amount == 4)) is None

    async def test_execute(self, manager):
        code, other = new_code(), new_code()
        made = await manager.execute(Thing.insert(code=code))
        assert (await manager.get(Thing, id=made)).code == code
        rows = await manager.execute(
            Thing.insert_many([{"code": other}]).on_conflict_ignore().returning(Thing.code)
        )
        assert [row.code for row in rows] == [other]
        mine = Thing.code.in_([code, other])
        assert await manager.execute(Thing.update(label="z").where(mine)) == 2
        rows = await manager.execute(Thing.update(label="y").where(mine).returning(Thing.label))
        assert [row.label for row in rows] == ["y", "y"]
        union = Thing.select().where(Thing.code == code) | Thing.select().where(Thing.code == other)
        assert {row.code for row in await manager.execute(union)} == {code, other}
        assert await manager.execute(Thing.delete().where(mine)) == 2

    async def test_models_of_another_kind_are_refused(self, manager):
        class Plain(peewee.Model):
            pass

        with pytest.raises(TypeError, match="AioModel"):
            await manager.execute(Plain.select())

    async def test_statements(self, manager):
        numbers = "SELECT * FROM generate_series(1, %(to)s) AS n"
        assert await manager.fetch(numbers, to=2) == [(1,), (2,)]
        assert await manager.fetch_one(numbers, to=2) == (1,)
        assert await manager.fetch_one(numbers, to=0) is None
        assert await manager.fetch_value(numbers, to=2) == 1
        assert await manager.fetch_value(numbers, to=0) is None
        assert await manager.run(numbers, to=5) == 5
        assert await manager.run("SET search_path TO public") == -1


class TestConstraints:
    async def test_unique(self, manager):
        thing = await manager.create(Thing, code=new_code())
        with pytest.raises(UniqueViolation) as caught:
            await manager.create(Thing, code=thing.code)
        assert (caught.value.constraint, caught.value.table) == ("thing_code_key", "thing")
        assert isinstance(caught.value, peewee.IntegrityError)
        assert thing.code not in str(caught.value)

    async def test_check(self, manager):
        with pytest.raises(CheckViolation) as caught:
            await manager.create(Thing, code=new_code(), amount=-1)
        assert caught.value.constraint == "thing_amount_check"

    async def test_foreign_key(self, manager):
        with pytest.raises(ForeignKeyViolation) as caught:
            await manager.create(Note, thing=-1, text="x")
        assert caught.value.constraint == "note_thing_id_fkey"

    async def test_foreign_key_that_restricts(self, manager):
        note = await manager.create(
            Note, thing=await manager.create(Thing, code=new_code()), text="x"
        )
        with pytest.raises(ForeignKeyViolation) as caught:
            await manager.execute(Thing.delete().where(Thing.id == note.thing_id))
        assert caught.value.constraint == "note_thing_id_fkey"

    async def test_not_null(self, manager):
        with pytest.raises(NotNullViolation) as caught:
            await manager.execute(Thing.insert(code=None))
        assert (caught.value.table, caught.value.column) == ("thing", "code")

    @pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
    async def test_text_that_cannot_be_stored(self, manager, text):
        with pytest.raises(peewee.DataError):
            await manager.fetch("SELECT %(text)s", text=text)
        assert manager.database.stats().in_use == 0

    async def test_number_out_of_range(self, manager):
        with pytest.raises(peewee.DataError):
            await manager.create(Thing, code=new_code(), amount=10**12)

    async def test_wrong_sql(self, manager):
        with pytest.raises(peewee.ProgrammingError):
            await manager.fetch("SELECT * FROM nothing_there")


class TestWithoutUrl:
    async def test_every_use_says_so(self):
        manager = Manager(PooledPostgresqlDatabase())
        with pytest.raises(peewee.InterfaceError, match="init"):
            await manager.get(Thing)
        with pytest.raises(peewee.InterfaceError, match="init"):
            await manager.database.open()
        await manager.database.close()

    async def test_models_are_bound_to_none(self):
        with pytest.raises(Exception, match="must be initialized"):
            await Thing.aio_get()
