"""A project's matrix."""

from django.http import HttpResponseBase

from projects.lookup import find
from projects.models import Project
from snoopi.api.base import ApiRequest, ApiView, found_or_404
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.matrix import matrix_document
from snoopi.api.errors import BadValue
from snoopi.api.exports import form_of
from snoopi.api.schema import query, reads
from snoopi.api.shapes.matrix import Matrix
from snoopi.matrix import By, matrix_of, wanted_rows
from snoopi.matrix_csv import matrix_csv

_BY = query("by", "What the rows are.", {"type": "string", "enum": [*By], "default": "goal"})


class ProjectMatrix(ApiView):
    """A project by science goal or target, and array."""

    takes_project_tokens = True

    @reads(
        Matrix,
        "Read a project's matrix",
        conditional=True,
        parameters=[_BY],
        forms=("json", "csv"),
    )
    def get(self, request: ApiRequest, ref: str) -> HttpResponseBase:
        asked = request.query_params.get("by") or "goal"
        if asked not in [*By]:
            raise BadValue("by", f"“{asked[:40]}” is neither goal nor target", [*By])
        viewer = request.user
        project = found_or_404(find(Project.objects.visible_to(viewer), ref))

        def build() -> object:
            matrix = matrix_of(project, viewer, wanted_rows(asked))
            if form_of(request) == "csv":
                return matrix_csv(request, project, matrix)
            return matrix_document(project, matrix)

        return answer(request, Validators.of(project, viewer, [asked]), build)
