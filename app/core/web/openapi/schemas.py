"""Schemas as components of the description, and those of queries as parameters."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

_REF = "#/components/schemas/{model}"


class _Generator(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes of members' names: they say nothing new."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the interface's
        return False


class Schemas:
    """The components of all schemas that are `used`, each by its own name."""

    def __init__(self, used: set[tuple[type[BaseModel], JsonSchemaMode]]) -> None:
        ordered = sorted(used, key=lambda pair: (pair[0].__module__, pair[0].__name__, pair[1]))
        self._references, whole = models_json_schema(
            ordered, ref_template=_REF, schema_generator=_Generator
        )
        self.components: dict[str, Any] = whole["$defs"]
        self._rename_generics()
        self._name_alternatives()

    def _rename_generics(self) -> None:
        """Call the page of products ProductPage, its class's name, and not Page_Product_."""
        named = list(self.components.items())
        names = {name: schema.get("title", name) for name, schema in named if name[-1] == "_"}
        self.components = {names.get(name, name): schema for name, schema in named}
        for reference in self._references.values():
            path, _, name = reference["$ref"].rpartition("/")
            reference["$ref"] = f"{path}/{names.get(name, name)}"

    def _name_alternatives(self) -> None:
        """Put each alternative of a schema beside it, by its own name: generators make classes of those."""
        for schema in list(self.components.values()):
            for place, part in enumerate(schema.get("oneOf", ())):
                if "title" in part:
                    self.components[part["title"]] = part
                    schema["oneOf"][place] = {"$ref": _REF.format(model=part["title"])}

    def reference(self, model: type[BaseModel], mode: JsonSchemaMode) -> dict[str, Any]:
        """Return what stands for a schema that is used, as it comes in or goes out."""
        return self._references[model, mode]


def query_parameters(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """Yield a parameter for each member of the schema of a query."""
    whole = model.model_json_schema(schema_generator=_Generator)
    for name, schema in whole.get("properties", {}).items():
        # A query cannot say null; what may be None may be left out.
        kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
        if len(kinds) == 1:
            schema.update(kinds[0])
        elif kinds:
            schema["anyOf"] = kinds
        if schema.get("default", ...) is None:
            del schema["default"]
        parameter = {
            "in": "query",
            "name": name,
            "required": name in whole.get("required", ()),
            "schema": _inline(schema, whole.get("$defs", {})),
        }
        if text := schema.pop("description", None):
            parameter["description"] = text
        yield parameter


def _inline(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Put what `$ref` names, such as an enumeration, into its place."""
    if "$ref" in schema:
        found = definitions[schema.pop("$ref").rpartition("/")[2]]
        schema.update(found | schema)
    return schema
