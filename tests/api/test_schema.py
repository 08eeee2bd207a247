"""OpenAPI: fresh, of version 3.1, and true whatever is thrown at it."""

import os
from typing import is_typeddict

import pytest
import schemathesis
import yaml
from django.conf import settings as site
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deliveries.models import ProductFile
from ingest.services import note_unreadable
from projects.models import MemberOUS, Membership
from snoopi.api.shapes import (
    blocks,
    deliveries,
    exec_report,
    jobs,
    mail,
    ous,
    people,
    projects,
    reviews,
    sources,
)
from snoopi.queues import QUEUES
from snoopi.wsgi import application
from tests.deliveries.mails import deliver
from tests.deliveries.packages import manifest
from tests.factories import make_token

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application)


@pytest.fixture
def described(client):
    return client.get("/api/v1/schema/?format=json").json()


def test_schema_is_openapi_3_1_and_valid(described):
    validate_schema(described)

    assert described["openapi"] == "3.1.0"


def test_committed_schema_is_what_the_code_says(described):
    committed = yaml.safe_load((site.BASE_DIR / "docs" / "openapi.yaml").read_text())

    assert committed == described


def test_schema_offers_token_or_session(described):
    assert described["paths"]["/api/v1/me/"]["get"]["security"] == [
        {"token": []},
        {"session": []},
    ]


def test_schema_names_every_operation_once(described):
    names = [
        operation["operationId"]
        for path in described["paths"].values()
        for operation in path.values()
    ]

    assert len(names) == len(set(names)) > 30


def test_schema_has_a_component_for_every_shape(described):
    modules = (
        blocks,
        deliveries,
        exec_report,
        jobs,
        mail,
        ous,
        people,
        projects,
        reviews,
        sources,
    )
    wanted = {name for one in modules for name, shape in vars(one).items() if is_typeddict(shape)}

    # Rows of tables stand in CSV and VOTable files alone.
    wanted = {name for name in wanted if not name.endswith("Row")}
    # The fields of this base stand in the report that extends it.
    wanted.remove("FurtherReport")
    assert wanted - set(described["components"]["schemas"]) == set()


def test_schema_says_which_fields_may_be_null(described):
    status = described["components"]["schemas"]["Status"]

    assert status["properties"]["release_date"] == {
        "type": ["string", "null"],
        "format": "date-time",
        "description": "End of the proprietary period.",
    }
    assert status["properties"]["qa2"] == {
        "anyOf": [{"$ref": "#/components/schemas/QA2"}, {"type": "null"}]
    }
    assert set(status["required"]) == set(status["properties"])


WHO = ("admin", "drm", "qa", "arc", "pi", "stranger")


@pytest.fixture
def names(cast_project, foreign_project, reducer):
    """Names that mean something, in several spellings, by operation path.

    One member OUS is under review, one was delivered with its files, clock and mail.
    """
    member, reviewed = cast_project.memberous_set.order_by("pk")
    MemberOUS.objects.filter(pk=reviewed.pk).update(state="Reviewing")
    delivered = foreign_project.memberous_set.order_by("pk")[0]
    manifest(delivered)
    ProductFile.objects.update(file_class="product", kind="image")
    deliver(delivered)
    block = member.sched_blocks.get()
    above = [member.group_ous.ref, member.science_goal.ref, "A001|X1|X2"]
    job = note_unreadable(source="a list", reason="bad")
    ties = Membership.objects.filter(project=cast_project).values_list("pk", flat=True)
    return {
        "id": [job.pk, *ties],
        "number": [1],
        "name": [*QUEUES, "a list"],
        "projects": [cast_project.ref, foreign_project.ref],
        "ous": [member.ref, reviewed.ref, delivered.ref, *above],
        "schedblocks": [block.ref],
        "execblocks": [block.exec_blocks.all()[0].ref],
    }


@pytest.fixture
def one_connection(db):
    """Keep the test's transaction over requests, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=int(os.environ.get("SNOOPI_FUZZ_EXAMPLES", "25")),
    deadline=None,
    # A long run tries what the usual one has not.
    derandomize="SNOOPI_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
@schema.given(data=st.data())
def test_answers_are_as_documented(case, data, one_connection, names, somebody):
    parts = case.operation.path.split("/")
    for name, drawn in (case.path_parameters or {}).items():
        meant = names[parts[3] if name == "ref" else name]
        case.path_parameters[name] = data.draw(st.sampled_from(meant) | st.just(drawn))
    user = somebody(data.draw(st.sampled_from(WHO)))
    headers = {"Authorization": f"Token {make_token(user)}"}
    if case.method != "GET" and data.draw(st.booleans()):
        # Past the question whether somebody was faster.
        headers["If-Match"] = "*"

    case.call_and_validate(checks=CHECKS, headers=headers)
