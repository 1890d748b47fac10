"""The API's description: what views say of themselves, and the document that is made of it."""

from app.core.web.openapi.describing import describe
from app.core.web.openapi.document import init_openapi

__all__ = ["describe", "init_openapi"]
