"""A table of the clinic's file as a pydantic model.

A field has the name of the column that stores it, and the file's key as its alias where the two differ."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the clinic's file, a pydantic model; a key that it doesn't name is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)
