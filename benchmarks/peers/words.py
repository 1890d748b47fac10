"""What somebody typed into a search box, as words, for contestants that split it in Python. Pure."""

import re
import unicodedata

MAX_WORDS = 8
# PostgreSQL refuses lexemes above 2 KiB, and no product's name has a word that long.
MAX_LETTERS = 60

# "3.5" is one number to PostgreSQL's parser of text; any other point ends a word.
_POINT_OF_NO_NUMBER = re.compile(r"(?<!\d)\.|\.(?!\d)")


def words(text: str) -> list[str]:
    """Return the distinct words of `text` in small letters, the first eight of them.

    Words are runs of letters, accents and digits: what a query language could read is not in them.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = _POINT_OF_NO_NUMBER.sub(" ", plain)
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" or c == "." else " " for c in plain)
    return list(dict.fromkeys(word[:MAX_LETTERS] for word in spaced.split()))[:MAX_WORDS]
