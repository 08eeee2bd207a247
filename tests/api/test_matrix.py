"""The matrix over REST."""

import csv

import pytest

from projects.models import MemberOUS
from tests.factories import make_project, make_sched_block

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(pi):
    project = make_project("2019.1.00002.S", members=[{"state": "Delivered"}, {}], pi=pi)
    first = project.memberous_set.order_by("pk")[0]
    MemberOUS.objects.filter(pk=first.pk).update(array="12m")
    first.sched_blocks.all().update(name="SgrB2_a_03_TM1", array="12m")
    return project


def test_matrix_tells_every_cell(project, pi, client_for):
    first, second = project.memberous_set.order_by("pk")
    goal = first.science_goal

    found = client_for(pi).get(f"/api/v1/projects/{project.ref}/matrix/").json()

    def cell(member, state, done):
        part = {"ref": member.ref, "uid": member.uid, "name": member.name}
        told = {"state": state, "label": state}
        return {
            **told,
            "delivered": {"done": done, "total": 1},
            "member_ous": [{**part, **told}],
        }

    assert found == {
        "project": project.ref,
        "by": "goal",
        "columns": ["TM1", "TM2", "7M", "TP"],
        "rows": [
            {
                "ref": goal.ref,
                "uid": goal.uid,
                "name": goal.name,
                "delivered": {"done": 1, "total": 2},
                "cells": {
                    "TM1": cell(first, "Delivered", 1),
                    "TM2": None,
                    "7M": cell(second, "Ready", 0),
                    "TP": None,
                },
            }
        ],
    }


def test_rows_are_targets_where_asked_for(project, pi, client_for):
    found = client_for(pi).get(f"/api/v1/projects/{project.ref}/matrix/?by=target").json()

    assert (found["by"], [row["name"] for row in found["rows"]]) == ("target", ["SgrB2"])
    assert found["rows"][0]["ref"] is None


def test_other_rows_are_refused_with_the_legal_ones(project, pi, client_for):
    answer = client_for(pi).get(f"/api/v1/projects/{project.ref}/matrix/?by=band")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["legal"] == ["goal", "target"]


def test_matrix_as_csv(project, pi, client_for):
    answer = client_for(pi).get(f"/api/v1/projects/{project.ref}/matrix/?format=csv")

    lines = list(csv.reader(answer.getvalue().decode().splitlines()))
    assert answer["Content-Type"].startswith("text/csv")
    assert lines[0] == ["Science goal", "TM1", "TM2", "7M", "TP", "Delivered"]
    assert lines[1][1:] == ["Delivered", "not planned", "Ready", "not planned", "1 of 2 delivered"]


@pytest.mark.parametrize("form", ["", "?format=csv"])
def test_known_matrix_is_not_sent_again_until_something_changes(form, project, pi, client_for, drm):
    client, url = client_for(pi), f"/api/v1/projects/{project.ref}/matrix/{form}"
    tag = client.get(url)["ETag"]

    assert client.get(url, headers={"if-none-match": tag}).status_code == 304
    make_sched_block(project.memberous_set.order_by("pk")[0])
    project.version += 1
    project.save(update_fields=["version"])
    assert client.get(url, headers={"if-none-match": tag}).status_code == 200


def test_csv_of_nothing_visible_is_a_problem_document(stranger, project, client_for):
    answer = client_for(stranger).get(f"/api/v1/projects/{project.ref}/matrix/?format=csv")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404
