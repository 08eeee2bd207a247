"""Pipeline manifests of all ages."""

import pytest

from ingest.readers import Source, UnreadableSource
from ingest.readers.manifest import read_manifest
from qa.pipeline import PipelineFacts

OLD = """<piperesults name="uid___A001_X1_X4">
  <ous name="uid___A001_X1_X2">
    <casaversion name="5.1.1-5"/><pipeline_version name="40896"/>
    <procedure_name name="hifa_calimage"/>
    <piperequest name="M.pprequest.xml"/>
    <session name="session_1">
      <caltables name="M.session_1.caltables.tgz"/>
      <asdm name="uid___A002_Xc0_Xea.ms"><finalflags name="f.tgz"/></asdm>
      <asdm name="uid___A002_Xc0_Xeb"/>
    </session>
    <session name="session_2"/>
    <image name="a.fits" imtype="science"/>
  </ous>
</piperesults>"""
NEW = OLD.replace(
    '<image name="a.fits" imtype="science"/>',
    '<manifest name="m.xml" ous="uid___A001_X1_X2.hifa_calimage" level="member"/>'
    '<image name="a.fits" imtype="science" ous="uid___A001_X9_X9" level="member"/>',
)


@pytest.mark.parametrize("text", [OLD, NEW, OLD.replace("<ous", '<ous xmlns="urn:x"')])
def test_manifest_tells_member_software_and_data(text):
    found = read_manifest(Source.from_bytes("m.xml", text.encode()))

    assert found.member_uid == "uid://A001/X1/X2"
    assert found.facts == PipelineFacts(
        recipe="hifa_calimage",
        casa_version="5.1.1-5",
        pipeline_version="40896",
        executions=("uid://A002/Xc0/Xea", "uid://A002/Xc0/Xeb"),
    )


def test_manifest_without_names_tells_nothing():
    found = read_manifest(Source.from_bytes("m.xml", b"<piperesults><ous/></piperesults>"))

    assert (found.member_uid, found.facts) == ("", PipelineFacts())


def test_broken_manifest_is_refused():
    with pytest.raises(UnreadableSource):
        read_manifest(Source.from_bytes("m.xml", OLD[:200].encode()))
