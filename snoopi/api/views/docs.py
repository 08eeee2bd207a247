"""The interface's own description."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML or JSON."""


class DocsView(SpectacularSwaggerSplitView):
    """The same to be browsed; complete under the site's strict CSP."""

    url_name = "api:schema"
    template_name = "api/docs.html"
