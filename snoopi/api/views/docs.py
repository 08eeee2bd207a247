"""The interface's own description."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


@cache
def _described() -> Any:
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]


class KeptGenerator(SchemaGenerator):
    """Describes the interface once per process: it is the same for everybody."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        return _described()


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or JSON."""

    generator_class = KeptGenerator


class DocsView(SpectacularSwaggerSplitView):
    """The same to be browsed; complete under the site's strict CSP."""

    url_name = "api:schema"
    template_name = "api/docs.html"
