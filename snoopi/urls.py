"""All addresses of the site."""

from django.urls import include, path

from snoopi.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include("snoopi.api.urls")),
    path("", include("snoopi.pages.urls")),
]
