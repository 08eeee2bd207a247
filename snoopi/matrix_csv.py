"""A project's matrix as a CSV file, for pages and REST alike."""

from django.http import HttpRequest, HttpResponseBase

from projects.models import Project
from snoopi.csv_text import csv_answer
from snoopi.matrix import By, Matrix

ROW_WORDS = {By.GOAL: "Science goal", By.TARGET: "Target"}


def matrix_csv(request: HttpRequest, project: Project, matrix: Matrix) -> HttpResponseBase:
    """Answer the matrix as a file: a line a row, a column an array."""
    arrays = [column.value for column in matrix.columns]
    header = [ROW_WORDS[matrix.by], *arrays, "Delivered"]
    rows = (
        [row.name, *(row.words()[array] for array in arrays), row.delivered] for row in matrix.rows
    )
    return csv_answer(request, f"{project.ref}-matrix", header, rows)
