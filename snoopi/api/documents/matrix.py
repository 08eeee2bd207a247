"""A project's matrix as a document."""

from collections.abc import Iterable

from projects.models import Project
from snoopi.api.shapes import matrix as shapes
from snoopi.api.shapes.projects import Progress
from snoopi.matrix import Cell, Matrix, Part, Row, progress


def matrix_document(project: Project, matrix: Matrix) -> shapes.Matrix:
    """The matrix of a project."""
    return shapes.Matrix(
        project=project.ref,
        by=matrix.by.value,
        columns=[column.value for column in matrix.columns],
        rows=[_row(row) for row in matrix.rows],
    )


def _row(row: Row) -> shapes.MatrixRow:
    return shapes.MatrixRow(
        ref=row.goal.ref if row.goal else None,
        uid=row.goal.uid if row.goal else None,
        name=row.name,
        delivered=_progress(row.all_parts),
        cells={column.value: _cell(cell) for column, cell in row.cells.items()},
    )


def _cell(cell: Cell | None) -> shapes.MatrixCell | None:
    if cell is None:
        return None
    return shapes.MatrixCell(
        state=cell.standing.state,
        label=cell.standing.label,
        delivered=_progress(cell.parts),
        member_ous=[_part(part) for part in cell.parts],
    )


def _part(part: Part) -> shapes.MatrixPart:
    member = part.member_ous
    return shapes.MatrixPart(
        ref=member.ref,
        uid=member.uid,
        name=member.name,
        state=part.standing.state,
        label=part.standing.label,
    )


def _progress(parts: Iterable[Part]) -> Progress:
    done, total = progress(parts)
    return Progress(done=done, total=total)
