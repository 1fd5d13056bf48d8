"""What clients read."""

from pydantic import BaseModel, ConfigDict


class ReadModel(BaseModel):
    """A record as it is answered; built from rows that the tables' own constraints have checked."""

    model_config = ConfigDict(use_attribute_docstrings=True)
