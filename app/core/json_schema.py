"""What a type says of itself in JSON Schema beside what its validators tell."""

from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Keywords:
    """Adds keywords to the JSON Schema of a type, where validators check what they say: `Annotated[str, ...]`."""

    def __init__(self, **keywords: Any) -> None:
        self.keywords = keywords

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The type's own schema with the keywords."""
        return {**handler(schema), **self.keywords}


UNIQUE = Keywords(uniqueItems=True)
"""Marks a list in which nothing is named twice."""
