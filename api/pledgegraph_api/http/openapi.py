"""What the OpenAPI descriptions of all operations share, and the models of answers in JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from pydantic import AliasGenerator, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from pledgegraph.media_types import JSON_LD, Format

HTML: Final = "text/html"
TEXT: Final[dict[str, Any]] = {"schema": {"type": "string"}}
"""The content of an answer that is text of any kind."""
ANY_JSON_LD: Final[dict[str, Any]] = {"schema": {"description": "A graph as JSON-LD 1.1."}}


class JsonAnswer(BaseModel):
    """An answer in JSON, or a part of one: it is made from the model that OpenAPI describes.

    A member that is None by default is left out where it says nothing; one that may be null has
    no default. Names are in camel case.
    """

    model_config = ConfigDict(
        frozen=True, alias_generator=AliasGenerator(serialization_alias=to_camel)
    )

    def document(self) -> dict[str, Any]:
        """The answer as JSON, without what is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def encoded(self) -> bytes:
        """The answer as it is sent."""
        return self.model_dump_json(by_alias=True, exclude_unset=True).encode()


def reference(name: str) -> dict[str, str]:
    """The schema of that name, which `app.openapi` puts among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_of(model: type[JsonAnswer]) -> dict[str, Any]:
    """The content of an answer in JSON that is made from the model."""
    return {"schema": reference(model.__name__)}


def content_of(
    formats: Iterable[Format], typed: dict[str, dict[str, Any]] | None = None, *, page: bool = True
) -> dict[str, Any]:
    """The media types that an answer comes in, each with what it holds; ``typed`` goes first.

    ``page`` is true where browsers get one.
    """
    known = {JSON_LD.media_type: ANY_JSON_LD} | (typed or {})
    content = {each.media_type: known.get(each.media_type, TEXT) for each in formats}
    return content | ({HTML: TEXT} if page else {})
