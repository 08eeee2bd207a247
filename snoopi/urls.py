"""All addresses of the site."""

from django.urls import include, path

from snoopi.handlers import handler400, handler403, handler404, handler500
from snoopi.health import healthz, readyz

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include("snoopi.api.urls")),
    path("", include("snoopi.pages.urls")),
]
