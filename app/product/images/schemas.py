"""Where images are, as JSON."""

from pydantic import Field

from app.core.web.schema import Schema

_HASH = "d9e0f1c2b3a4958677685940312a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c"


def _path(size: str, edge: int) -> str:
    """Describe the path of an image in a size."""
    path: str = Field(
        description=f"The longest edge has {edge} pixels, or fewer if the image sent had.",
        examples=[f"/api/v1/images/{_HASH}/{size}"],
    )
    return path


class ImagePaths(Schema):
    """Where an image is, in three sizes: WebP that never changes. Another image has other paths."""

    small: str = _path("small", 160)
    medium: str = _path("medium", 480)
    large: str = _path("large", 1200)
