"""Where a view finds the services that create_app made for its application."""

from typing import Any, TypeVar, cast

from flask import Flask, current_app

T = TypeVar("T")

_EXTENSION = "wired"


def provide(app: Flask, instance: object, as_: type | None = None) -> None:
    """Give `app` the one `instance` of its type, or of `as_` where a protocol stands for it.

    Raises RuntimeError for a second instance of the same type: two parts would silently share one.
    """
    kind = as_ or type(instance)
    services: dict[type, object] = app.extensions.setdefault(_EXTENSION, {})
    if kind in services:
        raise RuntimeError(f"{kind.__name__} was already provided to this application.")
    services[kind] = instance


def wired(kind: type[T]) -> T:
    """Return the current application's instance of `kind`.

    Raises RuntimeError, naming the type, if create_app did not provide one.
    """
    services: dict[type, object] = current_app.extensions.get(_EXTENSION, {})
    try:
        return cast("T", services[kind])
    except KeyError:
        raise RuntimeError(f"{kind.__name__} was not provided to this application.") from None


def present(proxy: T) -> T:
    """Return what one of Flask's proxies, such as `request`, stands for now.

    For whoever asks more than once: a proxy looks it up each time, which takes as long as the rest of a hook.
    """
    found: T = cast("Any", proxy)._get_current_object()  # noqa: SLF001 - Flask documents it
    return found
