"""What bodies are read as."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJsonParser(BaseParser):
    """JSON in UTF-8, whatever charset the request claims; no NaN, no endless nesting."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Answer the parsed body; raises ParseError."""
        try:
            return json.loads(stream.read().decode(), parse_constant=_refuse)
        except (ValueError, RecursionError) as problem:
            raise ParseError(f"The body is not JSON: {problem}") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


class RawParser(BaseParser):
    """Any body, as bytes."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Answer the body."""
        return stream.read()
