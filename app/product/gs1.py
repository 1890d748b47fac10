"""The door to biip, which knows GS1's numbers, element strings and links; nothing else imports it.

What it also knows, which company has which numbers, is let go of: 10 MiB of each worker that nothing here asks for.
"""

import ctypes
from contextlib import suppress

from biip import ParseConfig, ParseError, gs1_prefixes
from biip.checksums import gs1_price_weight_check_digit
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin
from biip.rcn import Rcn

__all__ = [
    "GS1DigitalLinkURI",
    "GS1ElementString",
    "GS1Message",
    "Gtin",
    "ParseConfig",
    "ParseError",
    "Rcn",
    "gs1_price_weight_check_digit",
]

# To biip, a number is then one whose company is not known.
gs1_prefixes._GS1_COMPANY_PREFIX_TRIE.clear()  # type: ignore[union-attr]  # noqa: SLF001 - it has no public way
with suppress(AttributeError):
    # glibc would keep it for this process; other systems have no such call.
    ctypes.CDLL(None).malloc_trim(0)
