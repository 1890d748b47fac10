"""The words of pages in the shop's language. English is what templates and modules are written in."""

from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.pofile import read_po

DIRECTORY = Path(__file__).parent.parent / "locale"


class Texts(NullTranslations):
    """The translations of one .po file; what it does not have stays as it is."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        with file.open("rb") as opened:
            catalogue = read_po(opened)
        self._found = {each.id: str(each.string) for each in catalogue if each.id and each.string}

    def gettext(self, message: str) -> str:
        """Return the translation."""
        return self._found.get(message, message)


@cache
def texts_of(language: str) -> NullTranslations:
    """Return the texts of a language (`de`): English ones where it has no file."""
    file = DIRECTORY / f"{language}.po"
    return Texts(file) if file.is_file() else NullTranslations()
