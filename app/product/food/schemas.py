"""Food information, as JSON."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from app.core.web.schema import Money, Quantity, Schema, Text, wrong

Allergen = Literal[
    "gluten",
    "crustaceans",
    "eggs",
    "fish",
    "peanuts",
    "soybeans",
    "milk",
    "nuts",
    "celery",
    "mustard",
    "sesame",
    "sulphites",
    "lupin",
    "molluscs",
]
"""What Annex II of the Regulation names, in its order."""

ALLERGENS: tuple[str, ...] = get_args(Allergen)

Presence = Literal["contains", "may_contain", "free"]
Diet = Literal["vegan", "vegetarian", "halal", "kosher"]
NetUnit = Literal["g", "kg", "ml", "l"]


def suiting(diet: Diet) -> list[str]:
    """Return the diets of what suits a diet: what is vegan is vegetarian too."""
    return ["vegan", "vegetarian"] if diet == "vegetarian" else [diet]


def parted(value: object) -> object:
    """Return the parts of a text with commas between them, and else the value."""
    return value.split(",") if isinstance(value, str) else value


def each_once(names: list[str]) -> list[str]:
    """Return the names. Raises what tells a client to name each once."""
    if len(set(names)) < len(names):
        raise wrong("must name each once")
    return names


AllergenFree = Annotated[
    list[Allergen],
    BeforeValidator(parted),
    Field(min_length=1, max_length=len(ALLERGENS)),
    WithJsonSchema({"type": "string", "examples": ["gluten,milk"]}),
]
"""Allergens with commas between them."""

Allergens = Annotated[
    dict[Allergen, Presence],
    Field(
        description="What is known of each allergen; of those that are not named, nothing is.",
        examples=[{"milk": "contains", "nuts": "may_contain", "gluten": "free"}],
    ),
]
Diets = Annotated[list[Diet], AfterValidator(each_once), Field(max_length=4)]
NetQuantity = Annotated[Quantity, Field(description="What is in one piece, in `net_unit`.")]
Ingredients = Annotated[
    Text, Field(max_length=4000, description="In descending order of weight, as on the package.")
]
Line = Annotated[Text, StringConstraints(max_length=300, strip_whitespace=True)]
FoodBusiness = Annotated[Line, Field(description="The food business operator, with an address.")]
Origin = Annotated[Line, Field(description="Country of origin or place of provenance.")]
Storage = Annotated[Line, Field(description="How to keep and how to use it.")]
Alcohol = Annotated[
    str,
    Field(
        pattern=r"^(100|[0-9]{1,2}(\.[0-9])?)$",
        description="Per cent by volume, of drinks with more than 1.2 % of it.",
        examples=["4.9"],
    ),
]
MinAge = Annotated[int, Field(ge=1, le=99, description="Years that a buyer must have.")]
ShelfLife = Annotated[
    int, Field(ge=1, le=3650, description="Days that it keeps when it comes in, at the least.")
]

_Amount = Annotated[
    str, Field(pattern=r"^[0-9]{1,5}(\.[0-9]{1,2})?$", description="In grams.", examples=["3.5"])
]
_Energy = Annotated[str, Field(pattern=r"^[0-9]{1,5}$", examples=["1046"])]


class Nutrition(Schema):
    """The nutrition declaration, articles 29 to 35: in 100 g, or 100 ml of what is sold by volume."""

    energy_kj: _Energy
    energy_kcal: _Energy
    fat: _Amount
    saturates: _Amount
    carbohydrate: _Amount
    sugars: _Amount
    protein: _Amount
    salt: _Amount
    fibre: _Amount | None = None
    starch: _Amount | None = None
    polyols: _Amount | None = None
    mono_unsaturates: _Amount | None = None
    polyunsaturates: _Amount | None = None


class BasePrice(Schema):
    """The selling price per kilogram or litre, Directive 98/6/EC."""

    amount: Money
    per: Literal["kg", "l"]
