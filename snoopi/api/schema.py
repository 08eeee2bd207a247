"""OpenAPI from what the code already says: shapes, filters, the way in."""

import inspect
import re
import types
from collections.abc import Callable, Sequence
from typing import (
    Annotated,
    Any,
    Literal,
    Required,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, build_basic_type
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from snoopi.api.errors import Problem
from snoopi.api.exports import RENDERERS
from snoopi.api.filters import Filter
from snoopi.api.pagination import MAX_PAGE_SIZE, PAGE_SIZE
from snoopi.api.shapes.words import Words

Schema = dict[str, Any]
Door = TypeVar("Door", bound=Callable[..., Any])


class TokenOrSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How Swagger and generated clients log in."""

    target_class = "snoopi.api.authentication.TokenOrSession"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[Schema]:
        token = {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token ` and the token's text.",
        }
        return [token, {"type": "apiKey", "in": "cookie", "name": "sessionid"}]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]


class ShapeExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A component for every TypedDict of ``shapes``."""

    @classmethod
    def _matches(cls, target: Any) -> bool:
        return is_typeddict(target) or isinstance(target, ListOf)

    def get_name(self, auto_schema: AutoSchema, direction: str) -> str:
        target = self.target
        return f"{target.item.__name__}List" if isinstance(target, ListOf) else target.__name__

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> Schema:
        if isinstance(self.target, ListOf):
            return _list_schema(_schema(self.target.item, auto_schema), self.target.extra)
        hints = get_type_hints(self.target, include_extras=True)
        return {
            "type": "object",
            "properties": {name: _schema(hint, auto_schema) for name, hint in hints.items()},
            "required": [name for name in hints if name in self.target.__required_keys__],
            "description": inspect.getdoc(self.target) or "",
        }


class ListOf:
    """A page of some shape."""

    def __init__(self, item: Any, **extra: Schema) -> None:
        self.item = item
        self.extra = extra


class FeedOf(ListOf):
    """A page of the feed, with the cursor to go on from."""

    def __init__(self, item: Any) -> None:
        super().__init__(item, cursor={"type": "string", "description": "Where to read on."})


def _list_schema(item: Schema, extra: Schema) -> Schema:
    link = {"type": ["string", "null"], "format": "uri"}
    properties = {
        "next": link,
        "previous": link,
        "results": {"type": "array", "items": item},
        **extra,
    }
    count = {"type": "integer", "description": "Only with count=true."}
    return {
        "type": "object",
        "properties": {**properties, "count": count},
        "required": list(properties),
    }


def _schema(hint: Any, auto_schema: AutoSchema) -> Schema:
    """The JSON schema of a type hint."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Annotated, Required):
        return _annotated(hint, auto_schema)
    if origin in (Union, types.UnionType):
        return _union([_schema(part, auto_schema) for part in arguments])
    if origin is Literal:
        return {"type": "string", "const": arguments[0]}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0], auto_schema)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], auto_schema)}
    if is_typeddict(hint):
        return dict(auto_schema.resolve_serializer(hint, "response").ref)
    if hint is type(None):
        return {"type": "null"}
    return {} if hint is Any else dict(build_basic_type(hint) or {})


def _annotated(hint: Any, auto_schema: AutoSchema) -> Schema:
    plain, *notes = get_args(hint)
    words = [note for note in notes if isinstance(note, Words)]
    schema = _words(words[0], auto_schema) if words else _schema(plain, auto_schema)
    descriptions = [note for note in notes if isinstance(note, str)]
    return {**schema, "description": descriptions[0]} if descriptions else schema


def _words(words: Words, auto_schema: AutoSchema) -> Schema:
    schema = {"type": "string", "enum": list(map(str, words.words))}
    kind = ResolvedComponent.SCHEMA
    component = ResolvedComponent(words.name, kind, schema, words.name)  # type: ignore[no-untyped-call]
    auto_schema.registry.register_on_missing(component)
    return dict(component.ref)


def _union(parts: list[Schema]) -> Schema:
    plain = [part for part in parts if set(part) <= {"type", "format"}]
    if len(plain) < len(parts) or len(parts) != 2:
        return {"anyOf": parts}
    return {**parts[0], "type": [part["type"] for part in parts]}


_REFUSALS = {
    400: "Something asked for cannot be as it is; `errors` names it.",
    401: "No credentials, or a bad token.",
    403: "Visible, but not yours to do.",
    404: "There is nothing here that you may see.",
    406: "The Accept header asks for a form that this is not given in.",
    409: "Not a legal step now; `errors` names the legal ones.",
    412: "It was changed meanwhile.",
    413: "The body is too large.",
    415: "The body is not of a type that is read.",
    428: "If-Match is missing.",
    429: "Too often; `Retry-After` says for how many seconds not again.",
}
_ELSEWHERE = OpenApiResponse(description="Another spelling of the name; this one answers.")
_ALWAYS = (400, 401, 404, 406)
_WITH_BODY = (403, 413, 415)


def _problems(codes: Sequence[int]) -> dict[Any, Any]:
    return {
        (code, "application/problem+json"): OpenApiResponse(Problem, _REFUSALS[code])
        for code in codes
    }


def reads(
    shape: Any,
    summary: str,
    *,
    filters: Sequence[Filter] = (),
    conditional: bool = False,
    named: bool = False,
    refuses: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
    table: Any = None,
    forms: Sequence[str] = (),
) -> Callable[[Door], Door]:
    """Describe a GET that answers ``shape``, of a thing ``named`` in the path or of a list.

    A list is also given as CSV; with a ``table`` shape, whose columns the files then have, as
    VOTable too. ``forms`` says it where the answer is no list.
    """
    if isinstance(shape, ListOf):
        forms = ("json", "csv", "votable") if table else ("json", "csv")
    answers: dict[Any, Any] = {**_told(shape, forms), **_problems([*_ALWAYS, *refuses])}
    if named or conditional:
        answers[301] = _ELSEWHERE
    asked = [*parameters, *map(_filter_parameter, filters)]
    if conditional:
        answers[304] = OpenApiResponse(description="The caller has it already.")
        asked += [_header("If-None-Match"), _header("If-Modified-Since")]
    if isinstance(shape, ListOf) and not isinstance(shape, FeedOf):
        asked += _PAGING
    if len(forms) > 1:
        asked.append(query("format", _FORMS, {"type": "string", "enum": [*forms]}))
    described: Callable[[Door], Door] = extend_schema(
        methods=["GET"],
        operation_id=_operation_id(summary),
        summary=summary,
        parameters=asked,
        responses=answers,
        filters=False,
    )

    def decorate(door: Door) -> Door:
        promised: Any = described(door)
        promised.forms = forms or ("json",)
        promised.shape = table or getattr(shape, "item", None)
        return cast(Door, promised)

    return decorate


_FORMS = "The form of the answer; it beats the Accept header."


def _told(shape: Any, forms: Sequence[str]) -> dict[Any, Any]:
    """What 200 answers, in every form."""
    if len(forms) < 2:
        return {200: shape}
    files = {(200, RENDERERS[form].media_type): OpenApiTypes.STR for form in forms[1:]}
    return {(200, "application/json"): shape, **files}


def writes(
    answers: dict[Any, Any],
    summary: str,
    *,
    body: Any = None,
    method: str = "POST",
    named: bool = False,
    refuses: Sequence[int] = (),
    parameters: Sequence[OpenApiParameter] = (),
) -> Callable[[Door], Door]:
    """Describe a request that changes something, or a POST that reads."""
    codes = [*_ALWAYS, *_WITH_BODY, *refuses]
    if named:
        answers = {**answers, 308: _ELSEWHERE}
    described: Callable[[Door], Door] = extend_schema(
        methods=[method],
        operation_id=_operation_id(summary),
        summary=summary,
        request=body,
        parameters=list(parameters),
        responses={**answers, **_problems(codes)},
    )
    return described


def _operation_id(summary: str) -> str:
    words = re.findall(r"\w{2,}", summary.partition(";")[0].partition(":")[0].lower())
    return "_".join(word for word in words if word not in ("a", "an", "the", "of"))


def _header(name: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER)


def query(name: str, description: str, schema: Any = str) -> OpenApiParameter:
    """A parameter of the query string."""
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description)


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read; or `*`."
)
_SIZE = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
SIZE_AND_COUNT = [
    query("page_size", "Rows on a page; more than the limit gives the limit.", _SIZE),
    query("count", "Whether to count all rows.", bool),
]
_PAGING = [query("cursor", "From `next` or `previous`."), *SIZE_AND_COUNT]


def _filter_parameter(one: Filter) -> OpenApiParameter:
    schema: Schema = {"type": "string"}
    if one.is_time:
        schema["format"] = "date-time"
    words = f" Words: {', '.join(one.words)}." if one.words else ""
    return query(one.name, one.description + words, schema)
