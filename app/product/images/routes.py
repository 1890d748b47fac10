"""Images over HTTP."""

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from app.core.web.conditional import for_good, has_already
from app.core.web.openapi import describe
from app.core.web.security import public
from app.core.wiring import wired
from app.product.images.service import Images
from app.product.images.statements import Size

blueprint = APIBlueprint("images", __name__, url_prefix="/api/v1/images", tag="Images")

_WEBP = "image/webp"


@blueprint.get("/<image>/<any(small,medium,large):size>")
@public
@describe(kept=True)
@blueprint.output(FileSchema(type="string", format="binary"), content_type=_WEBP)
async def read_image(image: str, size: Size) -> Response:
    """Read an image in a size; products and categories say where theirs are.

    What is read here never changes, and may be kept for ever.
    """
    tag = f'"{image}-{size}"'
    known = has_already(tag)
    content = await wired(Images).read(image, size, wanted=not known)
    return for_good(None if known else content, _WEBP, tag)
