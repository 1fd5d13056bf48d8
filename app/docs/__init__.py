"""The documentation pages of the API, served without any outside host.

`mount_docs(app)` adds `/docs` (Swagger UI), `/redoc` (ReDoc) and their files below
`/docs/static`.
"""

from app.docs.routes import mount_docs

__all__ = ["mount_docs"]
