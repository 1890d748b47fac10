"""A folder of pictures goes in, each to the product of its name, and comes out as it is shown."""

import pytest

from app.core.web.bodies import FILE_BODY
from tests.builders import category, product, rows, stored_image, value
from tests.support.pictures import corners, picture

SHOWN = "SELECT code, image, version FROM product ORDER BY code"


@pytest.fixture
def goods(fresh_database):
    """Three products without a picture."""
    kind = category(fresh_database)
    for code in ("apples", "Bread.1", "milk-1l"):
        product(fresh_database, code=code, category=kind)


@pytest.fixture
def folder(write, tmp_path):
    """A folder of three pictures."""
    for name, form in (("apples.jpg", "JPEG"), ("Bread.1.PNG", "PNG"), ("milk-1l.webp", "WEBP")):
        write(name, picture(form, (50, 50) if form == "PNG" else (40, 30)))
    return tmp_path


@pytest.fixture
def other(cluster, make_settings):
    """Another shop: its database, and what calls a command on it."""
    from app.factory import create_app

    made = cluster.clone("fresh_other_pictures")
    app = create_app(make_settings(made))
    runner = app.test_cli_runner()
    yield made, lambda *arguments: runner.invoke(args=list(map(str, arguments)))
    app.portal.close()
    cluster.drop(made.name)


def shown(on):
    """Return what products show, and their versions, by code."""
    return {row.code: (row.image, row.version) for row in rows(on, SHOWN)}


class TestImport:
    def test_each_product_shows_the_picture_of_its_name(self, run, goods, folder, fresh_database):
        result = run("import", "images", folder)
        assert result.output == f"{folder.name}: 3 pictures, 3 set, 0 unchanged.\n"
        assert all(image and version == 2 for image, version in shown(fresh_database).values())
        large = value(
            fresh_database,
            "SELECT large FROM product p JOIN image i ON i.hash = p.image WHERE code = 'milk-1l'",
        )
        assert corners(bytes(large)) == ["red", "green", "blue", "white"]
        audited = (
            "SELECT subject FROM audit_log WHERE action = 'product.updated' AND login_id IS NULL"
        )
        assert len(rows(fresh_database, audited)) == 3

    def test_a_second_run_changes_nothing(self, run, goods, folder, fresh_database):
        run("import", "images", folder)
        before = shown(fresh_database)
        result = run("import", "images", folder)
        assert result.output == f"{folder.name}: 3 pictures, 0 set, 3 unchanged.\n"
        assert shown(fresh_database) == before

    def test_another_picture_is_set(self, run, goods, folder, fresh_database):
        run("import", "images", folder)
        before = shown(fresh_database)
        (folder / "apples.jpg").write_bytes(picture("JPEG", (60, 60)))
        result = run("import", "images", folder)
        assert result.output == f"{folder.name}: 3 pictures, 1 set, 2 unchanged.\n"
        changed = {code for code, is_now in shown(fresh_database).items() if before[code] != is_now}
        assert changed == {"apples"}

    def test_a_dry_run_only_says_what_would_be(self, run, goods, folder, fresh_database):
        run("import", "images", folder)
        rows(fresh_database, "UPDATE product SET image = NULL WHERE code = 'Bread.1'")
        (folder / "apples.jpg").write_bytes(picture("JPEG", (60, 60)))
        before = shown(fresh_database)
        result = run("import", "images", folder, "--dry-run")
        assert result.output == (
            f"{folder.name}: 3 pictures, 2 would be set, 1 unchanged.\n"
            "Bread.1.PNG: the first picture\n"
            "apples.jpg: another picture\n"
        )
        assert shown(fresh_database) == before

    def test_hidden_files_are_nobody_s(self, run, goods, folder, write):
        write(".DS_Store", b"\0")
        assert run("import", "images", folder).exit_code == 0

    def test_an_empty_folder_is_no_fault(self, run, tmp_path):
        result = run("import", "images", tmp_path)
        assert result.output == f"{tmp_path.name}: 0 pictures, 0 set, 0 unchanged.\n"


class TestFaults:
    def test_nothing_is_taken_if_anything_is_wrong_and_all_of_it_is_said(
        self, run, goods, folder, write, fresh_database
    ):
        write("apples.png", picture())
        write("cheese.jpg", picture("JPEG"))
        write("notes.txt", "buy more film")
        write("milk-1l.webp", picture("WEBP")[:-9])
        (folder / "more").mkdir()
        with (folder / "Bread.1.PNG").open("ab") as file:
            file.truncate(FILE_BODY + 1)
        result = run("import", "images", folder)
        assert result.exit_code == 1
        endings = "Only files that end in .jpg, .jpeg, .png or .webp are pictures."
        assert result.output.splitlines() == [
            f"{folder.name}: Bread.1.PNG: A picture's file may have 10,485,760 bytes.",
            f"{folder.name}: apples.jpg: There are 2 pictures of this product.",
            f"{folder.name}: apples.png: There are 2 pictures of this product.",
            f"{folder.name}: cheese.jpg: There is no product 'cheese'.",
            f"{folder.name}: milk-1l.webp: The image's file ends too early.",
            f"{folder.name}: more: {endings}",
            f"{folder.name}: notes.txt: {endings}",
            "Nothing was imported.",
        ]
        assert {version for _, version in shown(fresh_database).values()} == {1}
        assert value(fresh_database, "SELECT count(*) FROM image") == 0

    def test_what_is_not_known_may_be_left_out(self, run, goods, folder, write, fresh_database):
        write("cheese.jpg", picture("JPEG"))
        write("notes.txt", "buy more film")
        result = run("import", "images", folder, "--ignore-unknown")
        assert result.output == (
            "Not read: 'cheese.jpg', 'notes.txt'.\n"
            f"{folder.name}: 3 pictures, 3 set, 0 unchanged.\n"
        )

    def test_one_that_is_stopped_keeps_what_it_wrote_and_goes_on(
        self, run, goods, folder, fresh_database
    ):
        """Here by a product that may not show anything."""
        rows(
            fresh_database,
            "ALTER TABLE product ADD CONSTRAINT never CHECK (code <> 'apples' OR image IS NULL)",
        )
        result = run("import", "images", folder)
        assert result.exit_code == 1
        assert "1 of 3 pictures were written and stay. Import the folder again" in result.output
        rows(fresh_database, "ALTER TABLE product DROP CONSTRAINT never")
        result = run("import", "images", folder)
        assert result.output == f"{folder.name}: 3 pictures, 2 set, 1 unchanged.\n"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("import", "images", "{file}"), "images are in a folder"),
            (("import", "products", "{folder}"), "is a directory"),
            (("export", "images"), "images are in a folder"),
            (("export", "images", "{file}"), "images are in a folder"),
            (("export", "products", "{folder}"), "is a directory"),
        ],
    )
    def test_a_folder_is_a_folder_and_a_file_a_file(self, run, write, tmp_path, arguments, said):
        file = write("p.csv", "code\n")
        result = run(*(part.format(file=file, folder=tmp_path) for part in arguments))
        assert result.exit_code == 2
        assert said in result.output


class TestExport:
    def test_writes_what_each_product_shows(self, run, goods, fresh_database, tmp_path):
        made = stored_image(fresh_database)
        rows(
            fresh_database,
            "UPDATE product SET image = %(hash)s, active = false WHERE code <> 'apples'",
            hash=made.hash,
        )
        folder = tmp_path / "out" / "pictures"
        result = run("export", "images", folder)
        assert result.output == "2 images.\n"
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
            "Bread.1.webp": bytes(made.large),
            "milk-1l.webp": bytes(made.large),
        }

    def test_comes_back_as_no_change_and_into_another_shop_as_the_same(
        self, run, goods, folder, fresh_database, tmp_path, other
    ):
        run("import", "images", folder)
        exported = tmp_path / "out"
        assert run("export", "images", exported).output == "3 images.\n"
        result = run("import", "images", exported)
        assert result.output == "out: 3 pictures, 0 set, 3 unchanged.\n"
        elsewhere, there = other
        for code in shown(fresh_database):
            product(elsewhere, code=code)
        assert there("import", "images", exported).exit_code == 0
        again = tmp_path / "again"
        there("export", "images", again)
        assert sorted(path.name for path in again.iterdir()) == sorted(
            path.name for path in exported.iterdir()
        )
