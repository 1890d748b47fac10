"""Which new passwords are refused, by the rules of NIST SP 800-63B, section 3.1.1.2.

Length counts, the mix of characters does not; refused is what an attacker would try first.
"""

import re
import string
import unicodedata
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from runpy import run_path

MIN_LENGTH, MAX_LENGTH = 10, 128

# A password that keeps fewer characters than this without the names in its owner's e-mail address.
MIN_OWN = 6
MIN_DISTINCT = 5

# Passwords and first names of this length and more become one with digits around them; other words are in any text.
MIN_BASE, MIN_WORD = 5, 8
_WORDS = frozenset({"english_wikipedia", "surnames", "us_tv_and_film"})

_AROUND = string.digits + string.punctuation + string.whitespace
_LEET = str.maketrans("013457@$!", "oieastasi")

# What those who guess at a grocery's shop begin with, and no list of words has.
_OURS = """
correcthorsebatterystaple groceries grocery guest iloveyousomuch login onlinegrocery passphrase supermarket
supersecret testpassword thisismypassword welcomehome
""".split()  # noqa: SIM905 - a list of strings would fill a page


def _common_words() -> Iterator[str]:
    """Yield the passwords that are met most, and the words on which others are built: `Dragon2024!` is `dragon`."""
    # Read by its path: to import the package would make dictionaries with a rank for each word, and keep them.
    package = find_spec("zxcvbn")
    source = Path(package.origin if package and package.origin else "")
    lists = run_path(str(source.with_name("frequency_lists.py")))["FREQUENCY_LISTS"]
    for name, words in lists.items():
        least = MIN_WORD if name in _WORDS else MIN_BASE
        yield from (word for word in words if len(word) >= least)
    yield from _OURS


COMMON = frozenset(_common_words())
"""The lists' words in small letters: 13,000 of MIN_LENGTH and more, and those that take something around them."""

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "zxcvbnmasdfghjklqwertyuiop",
    "01234567890123456789",
    "98765432109876543210",
    "1qaz2wsx3edc4rfv5tgb",
    "1q2w3e4r5t6y7u8i9o0p",
)


def normalized(password: str) -> str:
    """Return the form of `password` that is hashed: the same characters, however they were typed."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, email: str) -> str | None:
    """Say what is wrong with `password` for the login of `email`, or None if it will do."""
    password = normalized(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return f"must be {MIN_LENGTH} to {MAX_LENGTH} characters long"
    folded = password.casefold()
    if len(set(folded)) < MIN_DISTINCT or any(folded in run for run in _RUNS) or _common(folded):
        return "is one of those that are guessed first"
    if _close(folded, email.casefold()):
        return "is too close to the e-mail address"
    return None


def _common(folded: str) -> bool:
    squeezed = re.sub(r"[\s._-]+", "", folded)
    trimmed = squeezed.strip(_AROUND)
    plain = {folded, squeezed, trimmed, trimmed.translate(_LEET), squeezed.translate(_LEET)}
    # The same word twice is no second word.
    halves = {word[: len(word) // 2] for word in plain if word[: len(word) // 2] * 2 == word}
    return not COMMON.isdisjoint(plain | halves)


def _close(folded: str, email: str) -> bool:
    rest = folded.replace(email, "")
    # The longest first, so that a part of a name does not hide the whole.
    for name in sorted(re.split(r"[^\w]+", email), key=len, reverse=True):
        if len(name) > 2:  # noqa: PLR2004 - shorter ones are in any password
            rest = rest.replace(name, "")
    return len(rest) < MIN_OWN and rest != folded
