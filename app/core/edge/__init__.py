"""Layers around the routing, as pure ASGI applications: what every request passes before it reaches a route."""
