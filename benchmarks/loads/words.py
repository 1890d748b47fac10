"""The vocabulary of a made-up shop: as many words as a catalogue of its size needs, and mistakes in typing them."""

from collections.abc import Iterable

ADJECTIVES = """
Amber Baked Bitter Black Blue Bold Bright Brown Chilled Classic Coarse Creamy Crisp Dark Double Dried Dusky Early
Extra Fine Firm Fluffy Fresh Frozen Fruity Gentle Golden Green Grilled Hearty Heritage Juicy Jumbo Lean Light Little
Malted Mellow Mild Natural Organic Pale Pickled Plain Purple Quick Rich Ripe Roasted Rustic Salted Sharp Smoked
Smooth Spiced Summer Sweet Tangy Tender Toasted Winter
""".split()  # noqa: SIM905 - sixty strings in a list would fill two pages
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
# A prime number of them, so that every step through the words meets each once.
_SYLLABLES = [c + v for c in _CONSONANTS for v in _VOWELS][:61]
_BASE = len(_SYLLABLES)
MOST_WORDS = _BASE**3
_STEP = 7919


def word(number: int) -> str:
    """Return the word of that number, less than MOST_WORDS: five syllables, of which two follow from the others.

    Two words differ in three syllables at least, so a mistake of one letter leads back to the word that was meant
    however many words there are, and a search with it finds no more in a large shop than in a small one.
    """
    scattered = number * _STEP % MOST_WORDS
    first, second, third = scattered // _BASE**2, scattered // _BASE % _BASE, scattered % _BASE
    checks = (first + second + third, first + 2 * second + 3 * third)
    places = (first, second, third, *(check % _BASE for check in checks))
    return "".join(_SYLLABLES[place] for place in places)


def words(numbers: Iterable[int]) -> list[str]:
    """Return those words, capitalised as names are."""
    return [word(number).capitalize() for number in numbers]


def mistyped(typed: str, number: int) -> str:
    """Return the word as somebody types it in a hurry: without a letter or with another; which, `number` decides."""
    place = 1 + number % (len(typed) - 2)
    instead = "" if number % 2 else "x"
    return typed[:place] + instead + typed[place + 1 :]
