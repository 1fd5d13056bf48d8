"""Puts layers around the whole application, so that nothing can answer outside them."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp


def enclose(app: FastAPI, *layers: Middleware) -> None:
    """Puts layers around the application, the first one outermost.

    `app.add_middleware` puts a layer inside the framework's limit of bodies and its handler of unhandled errors, whose
    answers then pass it by. Layers that every answer needs belong here.
    """
    build = app.build_middleware_stack

    def enclosed() -> ASGIApp:
        stack = build()
        for layer in reversed(layers):
            stack = layer.cls(stack, *layer.args, **layer.kwargs)
        return stack

    app.build_middleware_stack = enclosed  # type: ignore[method-assign]
