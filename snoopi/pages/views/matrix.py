"""A project as a matrix: science goals or targets, by array."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.arrays import COLUMN_HINTS
from projects.models import Project
from snoopi.matrix import matrix_of, wanted_rows
from snoopi.matrix_csv import ROW_WORDS, matrix_csv
from snoopi.pages.doors import PageRequest, shows, takes_tokens
from snoopi.pages.finders import project_for
from snoopi.pages.listing import changed


@require_safe
@takes_tokens
@shows(project_for)
def project_matrix(request: PageRequest, project: Project) -> HttpResponseBase:
    """The matrix by science goal, or ``?by=target``; ``?format=csv`` as a file."""
    by = wanted_rows(request.GET.get("by", ""))
    matrix = matrix_of(project, request.user, by)
    if request.GET.get("format") == "csv":
        return matrix_csv(request, project, matrix)
    context = {
        "project": project,
        "matrix": matrix,
        "heads": [(column, COLUMN_HINTS[column]) for column in matrix.columns],
        "row_word": ROW_WORDS[by],
        "choices": [(word, f"?by={row}", row == by) for row, word in ROW_WORDS.items()],
        "csv_url": changed(request.GET, format="csv"),
    }
    return render(request, "pages/project_matrix.html", context)
