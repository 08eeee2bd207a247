"""The docs page in a real browser, under the site's CSP."""

from django.test import Client
from drf_spectacular.generators import SchemaGenerator


def test_docs_page_shows_every_operation_without_complaints(page, page_problems):
    page.goto("/api/v1/docs/")

    page.get_by_text("Read the status of an OUS").wait_for()

    assert page.title() == "SnooPI API"
    described = SchemaGenerator().get_schema(public=True)
    operations = sum(len(path) for path in described["paths"].values())
    assert page.locator(".opblock").count() == operations > 30
    assert page_problems.found == []


def test_docs_page_opens_an_operation(page, page_problems):
    page.goto("/api/v1/docs/")

    page.get_by_text("Read a project's tree").click()

    page.get_by_text("A project with everything below it, down to the SBs.").wait_for()
    assert page_problems.found == []


def test_docs_page_holds_no_inline_code(db):
    body = Client().get("/api/v1/docs/").content.decode()

    assert "<style" not in body
    assert "style=" not in body
    assert "<script>" not in body


def test_docs_script_and_schema_are_there_for_everybody(db):
    answers = [
        Client().get(f"/api/v1/{path}")
        for path in ("docs/?script=", "schema/", "schema/?format=json")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0]["Content-Type"] == "application/javascript"
