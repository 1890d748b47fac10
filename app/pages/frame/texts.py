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
        self._info = {"language": file.stem}
        self._catalogue = catalogue
        self._found: dict[tuple[str | None, str], tuple[str, ...]] = {}
        for message in catalogue:
            single = message.id if isinstance(message.id, str) else message.id[0]
            given = message.string or ""
            forms = (given,) if isinstance(given, str) else tuple(given)
            if single and all(forms):
                self._found[message.context, single] = forms

    def gettext(self, message: str) -> str:
        """Return the translation."""
        return self._found.get((None, message), (message,))[0]

    def pgettext(self, context: str, message: str) -> str:
        """Return the translation of a message that has others in other contexts."""
        return self._found.get((context, message), (message,))[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation of the form that `n` things have."""
        forms = self._found.get((None, msgid1))
        if forms is None:
            return msgid1 if n == 1 else msgid2
        return forms[0] if n == 1 or len(forms) == 1 else forms[1]


@cache
def texts_of(language: str) -> NullTranslations:
    """Return the texts of a language (`de`): English ones where it has no file."""
    file = DIRECTORY / f"{language}.po"
    return Texts(file) if file.is_file() else NullTranslations()
