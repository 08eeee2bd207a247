"""The interface's own description."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@cache
def _described() -> Any:
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]


class KeptGenerator(SchemaGenerator):
    """Describes the interface once per process: it is the same for everybody."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        return _described()


def _written(data: Any) -> bytes:
    written: bytes = OpenApiYamlRenderer().render(data)  # type: ignore[no-untyped-call] # drf-spectacular has no types
    return written


@cache
def _as_yaml() -> bytes:
    return _written(_described())


class KeptYaml(OpenApiYamlRenderer):
    """Writes the description once per process: that takes a tenth of a second."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        # OPTIONS is answered with something else.
        return _as_yaml() if data is _described() else _written(data)


class KeptYamlByItsOtherName(KeptYaml):
    """The same for who asks for ``application/yaml``."""

    media_type = OpenApiYamlRenderer2.media_type


class ProblemsAsJson(APIView):
    """A view with renderers of its own, whose errors are problem documents all the same."""

    takes_project_tokens = True

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code >= 400:
            response.accepted_renderer = JSONRenderer()
            response.accepted_media_type = JSONRenderer.media_type
        return response


class SchemaView(ProblemsAsJson, SpectacularAPIView):
    """OpenAPI 3.1, as YAML or JSON."""

    generator_class = KeptGenerator
    renderer_classes = [
        KeptYaml,
        KeptYamlByItsOtherName,
        OpenApiJsonRenderer,
        OpenApiJsonRenderer2,
    ]


class DocsView(ProblemsAsJson, SpectacularSwaggerSplitView):
    """The same to be browsed; complete under the site's strict CSP."""

    url_name = "api:schema"
    template_name = "api/docs.html"
