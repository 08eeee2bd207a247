"""The QA2 report with what the package adds: pictures of a manual reduction, how to restore."""

import struct
import zlib
from typing import Any

import pytest

from deliveries.models import FileReading
from deliveries.services.delivering import deliver_due
from projects.services.memberships import tie
from tests.deliveries.packages import packaged, verified
from tests.factories import make_user, say

pytestmark = pytest.mark.django_db


def png(red=b"\xff", *, broken=False):
    """The smallest picture that is one: one red pixel."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = b"nonsense" if broken else zlib.compress(b"\0" + red + b"\0\0")
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


EB = "uid___A002_Xd81670_X867e"
MANUAL = {
    f"qa/{EB}__qa2_part1.png": png(),
    f"qa/{EB}__qa2_part2.png": png(b"\x80"),
    "qa/member.qa2_report.pdf": b"%PDF",
    f"script/{EB}.ms.scriptForCalibration.py": b"#",
    "script/member.uid___A001_X122e_X2945.scriptForPI.py": b"#",
    "README.txt": b"read me",
}


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.ARC_MIRRORS, settings.DELIVERY_HOLD_SECONDS = (), 0


@pytest.fixture
def member(db):
    """A member OUS that was reduced by hand, and delivered."""
    return deliver()


def deliver(**files):
    found = packaged(verified(), 1, {**MANUAL, **files})
    for row in found.product_files.all():
        row.file_class = row.path.partition("/")[0] if "/" in row.path else "readme"
        row.kind = {"png": "QA2 plot", "py": "reduction script"}.get(row.path[-3:].strip("."), "")
        row.kind = "script for the PI" if "scriptForPI" in row.name else row.kind
        row.save(update_fields=["file_class", "kind"])
    deliver_due()
    found.refresh_from_db()
    return found


@pytest.fixture
def people(member):
    made = {"reducer": make_user("reducer", roles=["reducer"])}
    say(member, reducer=made["reducer"])
    for role in ("PI", "COI"):
        made[role] = make_user(role.lower())
        tie(project=member.project, user=made[role], role=role)
    return made


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def pages_of(client, member):
    page = client.get(member.get_absolute_url()).content.decode()
    pdf = client.get(f"{member.get_absolute_url()[:-1]}/qa2.pdf")
    assert pdf.status_code == 200
    return page, pdf.content.count(b"/Subtype /Image") + pdf.content.count(b"/Subtype/Image")


def test_pi_sees_the_pictures_on_page_and_pdf(member, people, client):
    client.force_login(people["PI"])
    page, images = pages_of(client, member)

    plots = [row for row in member.product_files.order_by("path") if row.name.endswith("png")]
    for plot in plots:
        url = f"{plot.get_absolute_url()}?inline=1"
        assert f'<img src="{url}" alt="QA2 plot: {plot.name}"' in page
        answer = client.get(url)
        assert (answer.status_code, whole(answer)) == (200, MANUAL[plot.path])
        assert answer["Content-Type"] == "image/png"
        assert answer["Content-Disposition"].startswith("inline; ")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert client.get(plot.get_absolute_url())["Content-Type"] == "application/octet-stream"
    assert images == len(plots)
    report = member.product_files.get(name="member.qa2_report.pdf")
    answer = client.get(f"{report.get_absolute_url()}?inline=1")
    assert answer["Content-Disposition"].startswith("attachment")
    assert not FileReading.objects.exists()


def test_who_may_not_read_files_is_shown_none(member, people, client):
    client.force_login(people["COI"])
    page, images = pages_of(client, member)

    assert "<img src=" not in page.partition('id="qa2"')[2].partition("</section>")[0]
    assert "2 cannot be shown to you" in page
    assert images == 0


def test_assigned_staff_are_logged_as_for_the_file_itself(member, people, client):
    client.force_login(people["reducer"])

    _, images = pages_of(client, member)

    assert images == 2
    assert [row.user for row in FileReading.objects.all()] == [people["reducer"]] * 2


def test_picture_that_is_none_keeps_no_report_away(client):
    member = deliver(**{f"qa/{EB}__qa2_part3.png": png(broken=True), "qa/fake.png": b"<script>"})
    pi = make_user("pi")
    tie(project=member.project, user=pi, role="PI")
    client.force_login(pi)

    _, images = pages_of(client, member)

    assert images == 0


def test_report_has_all_that_the_talk_names(member, people, client):
    client.force_login(people["PI"])
    page, _ = pages_of(client, member)
    told = page.partition('id="qa2"')[2].partition("</section>")[0]

    for words in (
        "RMS of complex antenna-based gains",
        "Absolute flux calibration scale",
        "Tsys within acceptable range",
        "Proper phase transfer cadence",
        "Proper bandpass corrections",
        "Signal-to-noise and angular resolution",
        "No strong artifacts",
        "reference source and spectra",
        "outside of quality assurance",
        "casa -c member.uid___A001_X122e_X2945.scriptForPI.py",
    ):
        assert words in told
    rows = page.partition('aria-label="Executions"')[2]
    assert '<th scope="col" class="num">Fraction</th>' in rows
