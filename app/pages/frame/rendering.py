"""From templates to answers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.settings import ShopSettings
from app.core.web import Problem
from app.core.web.http import Answer
from app.core.wiring import wired
from app.pages.frame.assets import Assets
from app.pages.frame.cookies import CART, SESSION, Cookies
from app.pages.frame.formats import Formats
from app.pages.frame.forms import TOKEN, form_token
from app.pages.frame.sentences import words_for
from app.pages.frame.texts import texts_of

DIRECTORY = Path(__file__).parent.parent / "templates"

POLICY = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("style", "script", "img", "connect", "manifest")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere, and nothing that stands in a page itself."""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Vary": "Cookie",
}


class Renderer:
    """Renders templates in the shop's language, with its formats."""

    def __init__(self, shop: ShopSettings, assets: Assets) -> None:
        self._formats = formats = Formats(shop.locale, shop.currency, shop.time_zone)
        self._texts = texts_of(formats.locale.language)
        self.environment = environment = Environment(
            loader=FileSystemLoader(DIRECTORY),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_translations(self._texts, newstyle=True)  # type: ignore[attr-defined]  # the extension's
        environment.globals |= {
            "asset": lambda name: request.script_root + assets.path(name),
            "formats": formats,
            "said": self._said,
            "shop": shop,
            "told": self._texts.gettext,
            "language": formats.locale.language,
            "token_name": TOKEN,
            "url": address,
        }

    def _said(self, problem: Problem) -> str:
        message, values = words_for(problem, self._formats)
        translated = self._texts.gettext(message)
        return translated % values if values else translated

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Return a page as an answer."""
        cookies = wired(Cookies)
        text = self.environment.get_template(template).render(
            context,
            form_token=form_token(),
            is_logged_in=cookies.read(SESSION) is not None,
            has_cart=cookies.read(CART) is not None,
            here=request.path,
        )
        return Answer([text.encode()], status, _HEADERS)


def render(template: str, status: int = 200, **context: Any) -> Response:
    """Return a page as an answer: Renderer.page() of the application under way."""
    return wired(Renderer).page(template, status, **context)


def address(path: str, query: Mapping[str, Any] | None = None, **more: Any) -> str:
    """Return a path of the shop as a link has it, below where the shop is; what is None in a query is left out."""
    given = {name: value for name, value in {**(query or {}), **more}.items() if value is not None}
    return request.script_root + path + (f"?{urlencode(given)}" if given else "")


def see_other(path: str) -> Response:
    """Lead to another page, which is asked for by GET whatever was sent here."""
    return Answer([], 303, {"Location": path})
