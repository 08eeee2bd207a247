"""A project's matrix."""

from typing import Annotated, Literal, TypedDict

from snoopi.api.shapes.projects import Progress
from snoopi.api.shapes.words import State


class MatrixPart(TypedDict):
    """A member OUS in a cell."""

    ref: str
    uid: str | None
    name: str
    state: State
    label: str


class MatrixCell(TypedDict):
    """The member OUSs of one row and one array; the state is theirs together."""

    state: State
    label: str
    delivered: Progress
    member_ous: list[MatrixPart]


class MatrixRow(TypedDict):
    """A science goal or a target."""

    ref: Annotated[str | None, "The science goal's; null for a target, or where it is unknown."]
    uid: str | None
    name: str
    delivered: Progress
    cells: Annotated[dict[str, MatrixCell | None], "By column; null where nothing is planned."]


class Matrix(TypedDict):
    """A project by science goal or target, and array."""

    project: Annotated[str, "The project's ref."]
    by: Literal["goal"] | Literal["target"]
    columns: list[str]
    rows: list[MatrixRow]
