"""VOTables, read back by astropy and pyvo: types, units, UCDs, unknown values."""

import io
import warnings
from typing import Any

import numpy as np
import pytest
from astropy.io.votable import parse
from astropy.io.votable.ucd import check_ucd
from pyvo.dal.query import DALResults

from deliveries.models import ProductFile
from projects.models import ExecBlock, MemberOUS, SchedBlock
from snoopi.api import exports
from snoopi.api.shapes.blocks import ExecBlockRow
from snoopi.api.shapes.files import FileLine
from snoopi.api.shapes.ous import OUSRow
from snoopi.api.tables import columns_of
from tests.api.test_exports import flat
from tests.factories import make_project, make_user

PATHS = (
    "ous/",
    "ous/?level=group",
    "ous/?level=science_goal",
    "execblocks/",
    "ous/{member}/execblocks/",
    "files/",
    "ous/{member}/files/",
)


@pytest.fixture
def boss(db):
    return make_user("boss", roles=["admin", "drm"])


@pytest.fixture
def observed(boss):
    """Two member OUSs: one of which much is known, one of which nothing is."""
    project = make_project("2019.1.90001.S", members=2, exec_blocks=2, pi=boss)
    known, unknown = project.memberous_set.order_by("pk")
    MemberOUS.objects.filter(pk=known.pk).update(
        name="Çelik <b> & “ü” \x0b",
        target_names="α Cen\nSgrB2",
        bands=[3, 6],
        qa2_passed=True,
        delivery_generation=2,
        release_date="2020-01-01T00:00:00Z",
        resolution_arcsec=0.5,
    )
    MemberOUS.objects.filter(pk=unknown.pk).update(
        uid=None,
        ref="local___0123456789ab",
        state=None,
        state_since=None,
        public_since=None,
        bands=[],
        array="",
        target_names="",
        ra_deg=None,
        dec_deg=None,
        rep_freq_ghz=None,
        executions_expected=None,
    )
    run = ExecBlock.objects.order_by("pk")[0]
    ExecBlock.objects.filter(pk=run.pk).update(
        start=None, end=None, execution_fraction=None, pwv_mm=None, sched_block=None
    )
    SchedBlock.objects.update(name="Ä_a_03_7M")
    common = {"project": project, "member_ous": known, "source": "x"}
    ProductFile.objects.create(**common, path="product/ä.fits", name="ä.fits")
    ProductFile.objects.create(
        **common,
        path="a",
        name="a",
        file_class="log",
        kind="log",
        size_bytes=5_000_000_000,
        sha256="a" * 64,
        generation=1,
    )
    return project


def strict(content: bytes) -> Any:
    """Read a VOTable; whatever astropy could object to is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return parse(io.BytesIO(content), verify="exception")


def url(path: str, observed: Any, **more: object) -> str:
    told = path.format(member=observed.memberous_set.order_by("pk")[0].ref)
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"/api/v1/{told}{'&' if '?' in told else '?'}{query}"


def said(value: Any, kind: Any) -> Any:
    """What a cell says, unknown as None."""
    if value is np.ma.masked or (kind is float and np.isnan(value)):
        return None
    return str(value) if isinstance(value, str) else value.item()


@pytest.mark.parametrize("path", PATHS)
def test_votable_says_what_json_says(client_for, boss, observed, path):
    client = client_for(boss)
    answer = client.get(url(path, observed, format="votable"))
    documents = client.get(url(path, observed)).json()["results"]

    assert answer["Content-Type"] == "application/x-votable+xml"
    table = strict(answer.content).get_first_table()
    kinds = {column.name: column.kind for column in columns_of(_shape(path))}
    assert [field.name for field in table.fields] == [*kinds]
    assert len(table.array) == len(documents) > 0
    for row, document in zip(table.array, documents, strict=True):
        wanted = {name: value for name, value in flat(document).items() if name in kinds}
        found = {name: said(row[name], kinds[name]) for name in wanted}
        assert found == {name: _expected(value, kinds[name]) for name, value in wanted.items()}


def _shape(path: str) -> Any:
    if "files" in path:
        return FileLine
    return ExecBlockRow if "execblocks" in path else OUSRow


def _expected(value: Any, kind: type) -> Any:
    """VOTable tells unknown texts as empty ones, and has no control characters."""
    if value is None:
        return None if kind in (int, float, bool) else ""
    return value.replace("\x0b", "\ufffd") if isinstance(value, str) else value


def test_sky_columns_say_what_the_detail_says(client_for, boss, observed):
    client = client_for(boss)
    table = strict(client.get(url("ous/", observed, format="votable")).content).get_first_table()

    for row in table.array:
        detail = client.get(f"/api/v1/ous/{row['ref']}/").json()
        for name in ("ra_deg", "dec_deg", "rep_freq_ghz", "resolution_arcsec"):
            assert said(row[name], float) == detail[name]
        assert row["targets"] == "; ".join(detail["targets"])
        assert row["bands"] == "; ".join(map(str, detail["bands"]))
        assert row["array"] == (detail["array"] or "")


def test_execution_columns_say_what_the_report_says(client_for, boss, observed):
    client = client_for(boss)
    content = client.get(url("execblocks/", observed, format="votable")).content

    for row in strict(content).get_first_table().array:
        report = client.get(f"/api/v1/execblocks/{row['ref']}/").json()
        for name in ("ra_deg", "dec_deg", "rep_freq_ghz", "pwv_mm", "integration_s"):
            assert said(row[name], float) == report[name]
        assert row["array"] == (report["array"]["name"] or "")


FIELDS = {
    "uid": ("char", None, "meta.id;meta.main", None),
    "name": ("unicodeChar", None, "meta.title", None),
    "targets": ("unicodeChar", None, "meta.id;src", None),
    "version": ("int", None, "meta.version", None),
    "delivery_generation": ("int", None, "meta.version", None),
    "qa2_passed": ("boolean", None, "meta.code.qual", None),
    "executions_passed": ("double", None, "meta.number;obs.exposure", None),
    "ra_deg": ("double", "deg", "pos.eq.ra;meta.main", None),
    "dec_deg": ("double", "deg", "pos.eq.dec;meta.main", None),
    "rep_freq_ghz": ("double", "GHz", "em.freq", None),
    "release_date": ("char", None, "time.release", "timestamp"),
}


def test_fields_have_types_units_ucds_and_descriptions(client_for, boss, observed):
    content = client_for(boss).get(url("ous/", observed, format="votable")).content
    fields = {field.name: field for field in strict(content).get_first_table().fields}

    for name, (datatype, unit, ucd, xtype) in FIELDS.items():
        field = fields[name]
        found = (field.datatype, field.unit and str(field.unit), field.ucd, field.xtype)
        assert found == (datatype, unit, ucd, xtype), name
    assert fields["delivery_generation"].values.null == -(2**31)
    assert {fields[name].ref for name in ("ra_deg", "dec_deg")} == {"icrs"}
    assert all(str(field.description) for field in fields.values())
    assert {field.arraysize for field in fields.values() if "har" in field.datatype} == {"*"}


@pytest.mark.parametrize("shape", [OUSRow, ExecBlockRow])
def test_ucds_are_words_of_the_vocabulary(shape):
    for column in columns_of(shape):
        assert check_ucd(column.ucd, check_controlled_vocabulary=True, has_colon=False), column
        assert column.description, column.name
        assert column.ucd, column.name


def test_votable_tells_its_query_and_its_coordinates(client_for, boss, observed):
    path = url("ous/", observed, format="votable", project="2019.1.90001.S", band=3)
    (resource,) = strict(client_for(boss).get(path).content).resources

    notes = {info.name: info.value for info in resource.infos}
    assert notes == {
        "QUERY_STATUS": "OK",
        "format": "votable",
        "project": "2019.1.90001.S",
        "band": "3",
    }
    assert resource.type == "results"
    (system,) = resource.coordinate_systems
    assert (system.ID, system.system) == ("icrs", "ICRS")
    assert len(resource.tables[0].array) == 1


def test_longer_list_than_the_limit_is_cut_and_says_so(client_for, boss, observed, monkeypatch):
    for rows, status in ((2, "OK"), (1, "OVERFLOW")):
        monkeypatch.setattr(exports, "VOTABLE_ROWS", rows)

        content = client_for(boss).get(url("ous/", observed, format="votable")).content

        (resource,) = strict(content).resources
        assert resource.infos[0].value == status
        assert len(resource.tables[0].array) == rows


def test_page_with_more_behind_it_says_so_and_leads_on(client_for, boss, observed):
    client = client_for(boss)

    first = client.get(url("ous/", observed, format="votable", page_size=1))

    assert strict(first.content).resources[0].infos[0].value == "OVERFLOW"
    second = client.get(first["Link"].split(">")[0].strip("<"))
    assert strict(second.content).resources[0].infos[0].value == "OK"
    refs = [strict(a.content).get_first_table().array["ref"][0] for a in (first, second)]
    assert len(set(refs)) == 2


def test_empty_votable_has_its_fields(client_for, boss):
    content = client_for(boss).get("/api/v1/execblocks/?format=votable").content

    table = strict(content).get_first_table()
    assert len(table.array) == 0
    assert [f.name for f in table.fields] == [c.name for c in columns_of(ExecBlockRow)]


def test_pyvo_reads_it_as_its_own_results(client_for, boss, observed):
    content = client_for(boss).get(url("ous/", observed, format="votable")).content

    results = DALResults(strict(content))

    assert results.status == ("OK", None)
    assert results.fieldname_with_ucd("pos.eq.ra") == "ra_deg"
    table = results.to_table()
    assert str(table["ra_deg"].unit) == "deg"
    assert len(table) == 2


def test_odd_question_is_noted_without_complaint(client_for, boss, observed):
    address = url("ous/", observed, format="votable")

    content = client_for(boss).get(f"{address}&R%20%F3%85%A9%AD\x05=%C3%92").content

    names = [info.name for info in strict(content).resources[0].infos]
    assert any(name.startswith("R ") for name in names)


def test_accept_header_asks_for_a_votable(client_for, boss, observed):
    accepted = {"accept": "application/x-votable+xml"}

    answer = client_for(boss).get("/api/v1/ous/", headers=accepted)

    assert answer["Content-Disposition"] == 'attachment; filename="ous.vot"'
    assert answer["Vary"] == "Accept, Authorization, Cookie"
    assert client_for(boss).get("/api/v1/projects/", headers=accepted).status_code == 406
