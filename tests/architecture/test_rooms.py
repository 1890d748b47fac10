"""What each room of a feature, and each wing of the core, may import and do."""

import ast

from tests.architecture.modules import APP, EVERYTHING, FEATURES, modules, room_of, starts_with

# What each room must not import: its own layer's neighbours upstairs, and other layers' tools.
CLOSED = {
    "routes": {"app.models", "app.core.database", "peewee", "psycopg2"},
    "schemas": {"app.models", "app.core.database", "peewee", "flask"},
    "service": {"flask", "apiflask", "peewee", "psycopg2"},
    "repository": {"flask", "apiflask"},
}
ABOVE = {
    "routes": set(),
    "schemas": {"routes", "service", "repository"},
    "service": {"routes"},
    "repository": {"routes", "service"},
}


class TestRooms:
    def test_rooms_import_nothing_of_another_layer(self):
        wrong = [
            f"{module.name} imports {name}"
            for module in FEATURES
            for name in module.imports()
            if starts_with(name, CLOSED.get(module.room, set()))
        ]
        assert not wrong

    def test_rooms_import_only_from_below(self):
        wrong = [
            f"{module.name} imports {name}"
            for module in FEATURES
            for name in module.imports()
            if {room_of(part) for part in name.split(".")} & ABOVE.get(module.room, set())
        ]
        assert not wrong

    def test_features_keep_their_routes_and_repositories_to_themselves(self):
        wrong = [
            f"{module.name} imports {name}"
            for module in APP
            if module.package
            for name in module.imports()
            if starts_with(name, {"app"})
            and {room_of(part) for part in name.split(".")} & {"routes", "repository"}
            and name.split(".")[1] != module.package
        ]
        assert not wrong

    def test_only_services_open_transactions(self):
        wrong = [
            module.at(node)
            for module in FEATURES
            if module.room in {"routes", "schemas", "repository"}
            for node in module.nodes()
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"transaction", "atomic", "aio_atomic"}
        ]
        assert not wrong

    def test_routes_catch_nothing(self):
        wrong = [
            module.at(node)
            for module in APP
            if module.room == "routes"
            for node in module.nodes()
            if isinstance(node, ast.Try | ast.TryStar)
        ]
        assert not wrong

    def test_repositories_catch_only_what_they_name(self):
        wrong = [
            module.at(node.body[0])
            for module in APP
            if module.room == "repository"
            for node in module.nodes()
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or "Exception" in ast.unparse(node.type).split("."))
        ]
        assert not wrong

    def test_features_wire_in_one_place_each(self):
        wrong = [
            module.at(node)
            for module in FEATURES
            if module.name != f"app.{module.package}.wiring"
            for node in module.nodes()
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "provide"
        ]
        assert not wrong


class TestWings:
    def test_what_a_wing_hands_out_is_taken_from_it(self):
        """Else there are two ways to import one name. Within the core modules are named: a wing cannot use its own door."""
        handed_out = {
            name
            for module in modules("app/core")
            if module.path.name == "__init__.py"
            for name in module.imports()
        }
        wrong = [
            f"{module.name} imports {name}"
            for module in EVERYTHING
            if not module.name.startswith("app.core.")
            for name in module.imports()
            if name in handed_out
        ]
        assert not wrong
