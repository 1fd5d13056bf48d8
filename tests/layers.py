"""The outermost layer around an application that a test makes itself."""

from starlette.types import ASGIApp

from app.core.edge.outermost import OutermostLayer
from app.core.edge.proxies import TrustedProxies, read_networks
from app.core.edge.response_cache import ResponseCache
from app.core.edge.security_headers import SecurityHeaders


def enclosed(app: ASGIApp, *, trusted: str = "", prefix: str = "") -> OutermostLayer:
    """The application within the layer, which trusts these proxies and caches nothing."""
    proxies = TrustedProxies(read_networks(trusted))
    return OutermostLayer(app, cache=ResponseCache(proxies), proxies=proxies, prefix=prefix, security=SecurityHeaders())
