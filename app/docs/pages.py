"""The two HTML pages and their Content-Security-Policy, as plain text.

Neither page has an inline script: the script of a page is a file of ours, and reads
the address of the description with samples from `data-openapi-url`.
"""

from dataclasses import dataclass
from html import escape
from string import Template

from app.core.addresses import address

_TEMPLATE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<link rel="icon" type="image/svg+xml" href="$static/favicon.svg">
$styles
$scripts
</head>
<body>
<header class="bar">
<p class="bar-name"><img src="$static/favicon.svg" alt="" width="24" height="24"> MIEUX Registry: API</p>
<nav aria-label="Forms of the API description">
$links
</nav>
</header>
<noscript><p class="note">This page needs JavaScript. The same description of the API,
as a file: <a href="$openapi_url">$openapi_url</a></p></noscript>
<main id="api" data-openapi-url="$described_url"></main>
</body>
</html>
""")

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    # Swagger UI shows a picture that it was answered from a blob.
    "img-src": "'self' data: blob:",
    "worker-src": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "object-src": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}


@dataclass(frozen=True)
class DocsPage:
    """One page: where it is, which files it loads and what it needs beyond the policy.

    `package` is the npm package whose folder holds `vendor_scripts` and
    `vendor_styles`; `scripts` and `styles` are files of ours, loaded after those.
    """

    path: str
    label: str
    title: str
    package: str
    vendor_scripts: tuple[str, ...]
    vendor_styles: tuple[str, ...]
    scripts: tuple[str, ...]
    styles: tuple[str, ...]
    policy_changes: tuple[tuple[str, str], ...] = ()

    @property
    def content_security_policy(self) -> str:
        """Return the policy as one header value: "default-src 'self'; ..."."""
        policy = {**_POLICY, **dict(self.policy_changes)}
        return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


SWAGGER = DocsPage(
    path="/docs",
    label="Try requests",
    title="MIEUX Registry: API",
    package="swagger-ui-dist",
    vendor_scripts=("swagger-ui-bundle.js",),
    vendor_styles=("swagger-ui.css",),
    scripts=("described.js", "swagger.js"),
    styles=("page.css", "swagger.css"),
)

REDOC = DocsPage(
    path="/redoc",
    label="Read the reference",
    title="MIEUX Registry: API reference",
    package="redoc",
    vendor_scripts=("redoc.standalone.js",),
    vendor_styles=(),
    scripts=("described.js", "redoc.js"),
    styles=("page.css", "redoc.css"),
    # ReDoc writes its style sheet into the page, and searches in a worker made of a blob.
    policy_changes=(("style-src", "'self' 'unsafe-inline'"), ("worker-src", "'self' blob:")),
)

PAGES = (SWAGGER, REDOC)
DESCRIPTION = "/docs/openapi.json"
"""The description of the API that the pages show, with samples for each operation."""


def render(page: DocsPage, *, openapi_path: str, vendor_folder: str) -> str:
    """Write the HTML of a page.

    `openapi_path` is the path inside the service ("/openapi.json"); `vendor_folder` is
    the folder of `page.package` ("redoc-2.5.4").
    """
    openapi_url = escape(address(openapi_path))
    static = escape(address("/docs/static"))
    vendor = f"{static}/vendor/{vendor_folder}"
    styles = _under(vendor, page.vendor_styles) + _under(static, page.styles)
    scripts = _under(vendor, page.vendor_scripts) + _under(static, page.scripts)
    links = [_link(escape(address(other.path)), other.label, current=other is page) for other in PAGES]
    links.append(_link(openapi_url, "OpenAPI file", current=False))
    return _TEMPLATE.substitute(
        title=page.title,
        static=static,
        openapi_url=openapi_url,
        described_url=escape(address(DESCRIPTION)),
        styles="\n".join(f'<link rel="stylesheet" href="{href}">' for href in styles),
        # `defer` keeps the order, and runs the scripts once the page is there.
        scripts="\n".join(f'<script src="{src}" defer></script>' for src in scripts),
        links="\n".join(links),
    )


def _under(folder: str, names: tuple[str, ...]) -> list[str]:
    """Put a folder before each name: ("/docs/static", ("page.css",)) is ["/docs/static/page.css"]."""
    return [f"{folder}/{name}" for name in names]


def _link(href: str, label: str, *, current: bool) -> str:
    """Write one `<a>`; `href` is escaped already."""
    mark = ' aria-current="page"' if current else ""
    return f'<a href="{href}"{mark}>{label}</a>'
