"""Barcodes over HTTP."""

from apiflask import APIBlueprint
from flask import Response, request

from app.core.web.openapi import describe
from app.core.web.security import public
from app.core.wiring import wired
from app.product.answers import offered
from app.product.barcodes.reading import whole
from app.product.barcodes.schemas import Scanned
from app.product.barcodes.service import Barcodes

blueprint = APIBlueprint("barcodes", __name__, url_prefix="/api/v1/barcodes", tag="Products")


@blueprint.get("/<scanned:code>")
@public
@describe(kept=True, query_in_path=True)
@blueprint.output(Scanned)
async def read_barcode(code: str) -> Response:
    """Read what a scanner sends: which product it is, and how much of it or at what price if the code says so.

    `code` is the text of the code, percent-encoded as one: `%1D` is the separator FNC1. It may be

    * a GTIN of 8, 12, 13 or 14 digits, on one piece or a pack: `4006381333931`. Zeros in front do not count.
    * a PLU of 4 or 5 digits: `4011`.
    * a label of the shop's scales: an EAN-13 with an item number and a weight, a price or a count in it, or with the day on
      reduced goods.
    * GS1's element strings, as in GS1-128 and DataMatrix, with the AIs 01, 10, 15, 17, 30, 310n and 392n; others are
      passed over: `010400638133393117270131`, or as it is printed, `(01)04006381333931(17)270131`.
    * a GS1 Digital Link: `https://id.gs1.org/01/04006381333931/10/AB?17=270131`. Its slashes and its query may be left as
      they are unless what is in it has slashes.

    each with a symbology identifier (`]C1`) in front or without one. A product's own barcode and a label that both
    fit, and a code whose separators are lost, can be read in two ways: that, what is damaged and what contradicts itself is
    refused with 422 `unreadable_barcode`. A right code that the shop has nothing of is 404.
    """
    return offered(await wired(Barcodes).read(whole(code, request.query_string.decode("latin-1"))))
