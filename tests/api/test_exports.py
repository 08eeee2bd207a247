"""Lists as CSV files: the whole list, the same values, the same rights."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from ingest.models import IngestJob
from projects.models import Event, MemberOUS, Project
from projects.services.states import move_state
from snoopi import keyset
from snoopi.api.shapes.ous import EventLine, Status
from snoopi.api.tables import columns_of
from tests.factories import make_project, make_user

LISTS = (
    "projects/",
    "ous/",
    "ous/?level=group",
    "ous/?level=science_goal",
    "schedblocks/",
    "execblocks/",
    "ous/{member}/execblocks/",
    "ous/{group}/execblocks/",
    "ous/{member}/history/",
    "schedblocks/{block}/history/",
    "events/",
    "ingest/",
    "tokens/",
)


@pytest.fixture
def boss(db):
    return make_user("boss", roles=["admin", "drm"])


@pytest.fixture
def observed(boss):
    """A project of two member OUSs with executions and some past."""
    project = make_project(
        "2019.1.90001.S", members=2, exec_blocks=2, pi=boss, title='Ä "quoted", title\nof two'
    )
    first = project.memberous_set.order_by("pk")[0]
    move_state(first, to="ObservingTimedOut", actor=boss)
    move_state(first, to="Ready", actor=boss)
    move_state(first.sched_blocks.get(), to="Suspended", actor=boss)
    IngestJob.objects.create(source="a.csv", failure="=broken")
    return project


def named(path: str, project: Project) -> str:
    member = project.memberous_set.order_by("pk")[0]
    names = {
        "member": member.ref,
        "group": member.group_ous.ref,
        "block": member.sched_blocks.all()[0].ref,
    }
    return f"/api/v1/{path.format(**names)}"


def asked(path: str, form: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}format={form}"


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8")
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def flat(document: dict[str, Any], above: str = "") -> dict[str, Any]:
    """A JSON document with nested names, as the files have them."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            found |= flat(value, f"{above}{name}_")
        else:
            found[f"{above}{name}"] = value
    return found


def agrees(text: str, value: Any) -> bool:
    """Whether a cell says what JSON says."""
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == str(value).lower()
    if isinstance(value, int | float):
        return float(text) == value
    if isinstance(value, list):
        return text == "; ".join(map(str, value))
    return text in (value, f"'{value}")


@pytest.mark.parametrize("path", LISTS)
def test_csv_says_what_json_says(client_for, boss, observed, path):
    client, url = client_for(boss), named(path, observed)

    answer = client.get(asked(url, "csv"))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows, documents = rows_of(answer), client.get(url).json()["results"]
    assert len(rows) == len(documents) > 0
    for row, document in zip(rows, documents, strict=True):
        for name, value in flat(document).items():
            if name in row:
                assert agrees(row[name], value), (name, row[name], value)
        # A part that is null has columns all the same; nothing else is missing.
        assert {name for name in flat(document) if name not in row} <= {
            name for name, value in document.items() if value is None
        } | {"last_used_at"}


@pytest.mark.parametrize("path", LISTS)
def test_accept_header_asks_for_csv_too(client_for, boss, observed, path):
    url = named(path, observed)

    answer = client_for(boss).get(url, headers={"accept": "text/csv"})

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert rows_of(answer) == rows_of(client_for(boss).get(asked(url, "csv"))) or "token" in path


def test_file_is_named_after_what_it_holds(client_for, boss, observed):
    def name(path):
        answer = client_for(boss).get(asked(named(path, observed), "csv"))
        return answer["Content-Disposition"]

    member = observed.memberous_set.order_by("pk")[0].ref
    assert name("projects/") == 'attachment; filename="projects.csv"'
    assert name("ous/{member}/history/") == f'attachment; filename="ous-{member}-history.csv"'


def test_empty_list_has_its_header(client_for, boss):
    answer = client_for(boss).get("/api/v1/ous/?format=csv")

    text = b"".join(answer.streaming_content).decode()
    assert text.split("\r\n")[0].split(",")[:4] == ["ref", "uid", "level", "name"]
    assert len(text.splitlines()) == 1


def test_title_of_many_signs_comes_back_whole(client_for, boss, observed):
    (row,) = rows_of(client_for(boss).get("/api/v1/projects/?format=csv"))

    assert row["title"] == 'Ä "quoted", title\nof two'
    assert (row["delivered_done"], row["delivered_total"]) == ("0", "2")


def test_no_text_is_a_formula_and_numbers_stay_numbers(client_for, boss):
    project = make_project("2019.1.90001.S", title="=HYPERLINK(1)", pi_name="＋evil", pi=boss)
    member = project.memberous_set.get()
    MemberOUS.objects.update(name=" @x", target_names="-a\n=b", dec_deg=-28.39161)
    member.sched_blocks.update(name="\t=1")

    (told,) = rows_of(client_for(boss).get("/api/v1/projects/?format=csv"))
    (ous,) = rows_of(client_for(boss).get("/api/v1/ous/?format=csv"))
    (block,) = rows_of(client_for(boss).get("/api/v1/schedblocks/?format=csv"))

    assert (told["title"], told["pi"]) == ("'=HYPERLINK(1)", "'＋evil")
    assert (ous["name"], ous["targets"], ous["dec_deg"]) == ("' @x", "'-a; =b", "-28.39161")
    assert (block["name"], block["dec"][:3]) == ("'\t=1", "-28")


def test_filters_narrow_the_file(client_for, boss, observed):
    make_project("2019.1.90002.S", pi=boss, members=[{"state": "Delivered"}])

    rows = rows_of(client_for(boss).get("/api/v1/ous/?format=csv&state=Delivered"))
    refused = client_for(boss).get("/api/v1/ous/?format=csv&state=Nonsense")

    assert [row["project"] for row in rows] == ["2019.1.90002.S"]
    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["errors"][0]["field"] == "state"


@pytest.mark.parametrize("path", ["ous/", "projects/", "events/"])
def test_whole_list_is_written_in_parts_of_one_query_each(client_for, boss, monkeypatch, path):
    for number in range(7):
        make_project(f"2019.1.9000{number}.S", pi=boss)
    monkeypatch.setattr(keyset, "PART", 3)
    client = client_for(boss)
    client.get("/api/v1/me/")

    with CaptureQueriesContext(connection) as queries:
        rows = rows_of(client.get(f"/api/v1/{path}?format=csv"))

    everything = client.get(f"/api/v1/{path}?page_size=1000").json()["results"]
    assert [row["ref"] for row in rows] == [row["ref"] for row in everything]
    assert len({tuple(row.values()) for row in rows}) == len(rows) >= 7
    # One is the token's; the last part may be found empty.
    assert len(queries) <= 1 + len(rows) // 3 + 1


def test_page_size_and_cursor_give_one_page_and_the_way_on(client_for, boss):
    for number in range(5):
        make_project(f"2019.1.9000{number}.S", pi=boss)
    client, url, found = client_for(boss), "/api/v1/projects/?format=csv&page_size=2", []

    while url:
        answer = client.get(url)
        rows = rows_of(answer)
        found.append([row["ref"][-3] for row in rows])
        links = dict(
            reversed(link.split("; rel=")) for link in answer.get("Link", "").split(", ") if link
        )
        url = links.get('"next"', "").strip("<>")

    assert found == [["4", "3"], ["2", "1"], ["0"]]
    assert client.get("/api/v1/projects/?format=csv&cursor=x").status_code == 400


def test_events_file_goes_on_from_a_cursor(client_for, boss, observed):
    client = client_for(boss)
    rows = rows_of(client.get("/api/v1/events/?format=csv"))

    later = rows_of(client.get(f"/api/v1/events/?format=csv&after={rows[1]['cursor']}"))
    page = rows_of(client.get("/api/v1/events/?format=csv&page_size=2"))

    assert (later, page) == (rows[2:], rows[:2])
    assert len(rows) == Event.objects.visible_to(boss).count()


@pytest.mark.parametrize("form", ["csv", "votable"])
def test_head_tells_the_headers_and_reads_no_rows(client_for, boss, observed, form):
    client = client_for(boss)
    client.get("/api/v1/me/")

    with CaptureQueriesContext(connection) as queries:
        answer = client.head(f"/api/v1/ous/?format={form}")

    assert len(queries) == 1
    assert (answer.status_code, answer.getvalue()) == (200, b"")
    assert answer["Content-Type"] == client.get(f"/api/v1/ous/?format={form}")["Content-Type"]


def test_history_file_has_a_tag_of_its_own(client_for, boss, observed):
    client, url = client_for(boss), named("ous/{member}/history/", observed)
    as_json, as_csv = client.get(url), client.get(asked(url, "csv"))

    assert as_csv["ETag"] != as_json["ETag"]
    assert as_csv["Last-Modified"] == as_json["Last-Modified"]

    def again(form, tag):
        return client.get(asked(url, form), headers={"if-none-match": tag}).status_code

    assert again("csv", as_csv["ETag"]) == again("json", as_json["ETag"]) == 304
    assert again("csv", f"W/{as_csv['ETag']}") == 304
    assert again("csv", as_json["ETag"]) == again("json", as_csv["ETag"]) == 200


def test_people_outside_read_public_words_and_their_own_rows(client_for, boss, somebody):
    make_project("2019.1.90001.S", pi=boss, members=[{"state": "Processing"}])
    pi = make_user("the_pi")
    make_project("2019.1.90002.S", pi=pi, members=[{"state": "Processing"}])

    mine = rows_of(client_for(pi).get("/api/v1/ous/?format=csv"))
    all_of_them = rows_of(client_for(boss).get("/api/v1/ous/?format=csv"))

    assert [(row["project"], row["state"]) for row in mine] == [
        ("2019.1.90002.S", "BeingProcessed")
    ]
    assert {row["state"] for row in all_of_them} == {"Processing"}
    assert len(all_of_them) == 2


@pytest.mark.parametrize("path", ["projects/", "ous/", "ingest/", "events/"])
def test_without_credentials_a_file_is_refused_as_a_list_is(client, path):
    for form in ("csv", "json"):
        answer = client.get(f"/api/v1/{path}?format={form}")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_ingest_jobs_are_staffs_in_every_form(client_for, db):
    answer = client_for(make_user()).get("/api/v1/ingest/?format=csv")

    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")


def test_post_is_answered_in_json_whatever_is_accepted(client_for, boss):
    client = client_for(boss)

    answer = client.post(
        "/api/v1/ous/status/", {"uids": []}, "application/json", headers={"accept": "*/*"}
    )

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


def test_every_column_has_a_meaning_and_a_name_that_programs_can_use():
    for shape in (Status, EventLine):
        names = [column.name for column in columns_of(shape)]
        assert all(name.isidentifier() or name == "from" for name in names)
        assert len(names) == len(set(names))


def test_times_are_utc_with_a_z(client_for, boss, observed):
    rows = rows_of(client_for(boss).get("/api/v1/execblocks/?format=csv"))

    ends = [row["end"] for row in rows]
    assert all(end.endswith("Z") and parse_datetime(end) for end in ends)
