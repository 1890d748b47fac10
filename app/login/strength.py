"""Which new passwords are refused, by the rules of NIST SP 800-63B, section 3.1.1.2.

Length counts, the mix of characters does not; refused is what an attacker would try first.
"""

import re
import string
import unicodedata

MIN_LENGTH, MAX_LENGTH = 10, 128

# A password that keeps fewer characters than this without the names in its owner's e-mail address.
MIN_OWN = 6
MIN_DISTINCT = 5

_AROUND = string.digits + string.punctuation + string.whitespace
_LEET = str.maketrans("013457@$!", "oieastasi")

# Words and runs of keys on which common passwords are built, digits and punctuation around them
# aside: `Password2024!` is `password`.
# fmt: off
_COMMON = frozenset((
    "abcdefghij", "abcdefghijk", "abcdefghijkl", "admin", "administrator", "asdfghjkl",
    "asdfghjklz", "babygirl", "baseball", "basketball", "butterfly", "changeit", "changeme",
    "charlie", "chocolate", "computer", "correcthorsebatterystaple", "default", "dragon",
    "football", "freedom", "grocery", "groceries", "guest", "hello", "helloworld", "iloveyou",
    "iloveyousomuch", "internet", "letmein", "letmeinnow", "liverpool", "login", "lovely",
    "loveyou", "manchester", "master", "michelle", "mypassword", "newpassword", "onlinegrocery",
    "passphrase", "password", "passwordpassword", "passwort", "pokemon", "princess", "qazwsx",
    "qazwsxedc", "qazwsxedcrfv", "qwerty", "qwertyqwerty", "qwertyuiop", "qwertyuiopasdfgh",
    "qwertz", "qwertzuiop", "secret", "shadow", "starwars", "summer", "sunshine", "superman",
    "supersecret", "supermarket", "temporary", "testing", "testpassword", "thisismypassword",
    "trustno", "welcome", "welcomehome", "whatever", "winter", "zaqxsw", "zxcvbnm",
    "zxcvbnmasdfghjkl",
))
# fmt: on
_RUNS = (
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
    return bool(_COMMON & {squeezed, trimmed, trimmed.translate(_LEET), squeezed.translate(_LEET)})


def _close(folded: str, email: str) -> bool:
    rest = folded.replace(email, "")
    # The longest first, so that a part of a name does not hide the whole.
    for name in sorted(re.split(r"[^\w]+", email), key=len, reverse=True):
        if len(name) > 2:  # noqa: PLR2004 - shorter ones are in any password
            rest = rest.replace(name, "")
    return len(rest) < MIN_OWN and rest != folded
