"""ObsProject and ObsProposal documents to the record of a project."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element

from ingest.readers.apdm import Documents, child, children, identity_of, key_of, state_of, text_of
from ingest.records import ProjectRecord, merged
from projects.identity import parse_project_code, short_hash

_GRADES = ("A", "B", "C", "D", "U")
_EXECUTIVES = ("NA", "EU", "EA", "CL")
_ARCS = ("NA", "EU", "EA")


def project_record(
    project: Element, documents: Documents, part_ids: Iterable[str]
) -> ProjectRecord:
    """Answer the project; ``part_ids`` tell plans without code and UID apart."""
    proposal = documents.get("ObsProposal", key_of(child(project, "ObsProposalRef")))
    person = child(proposal, "PrincipalInvestigator")
    code = parse_project_code(text_of(project, "code"))
    uid = identity_of(child(project, "ObsProjectEntity"))
    return ProjectRecord(
        code=code,
        uid=uid,
        other_uids=merged(
            identity_of(child(project, name)) for name in ("ProjectStatusRef", "ObsProposalRef")
        ),
        draft_key="" if code or uid else _draft_key(project, part_ids),
        title=text_of(project, "projectName"),
        abstract=text_of(proposal, "abstract"),
        pi_name=text_of(person, "fullName") or text_of(project, "pI"),
        authors="; ".join(merged(_co_authors(proposal))),
        executive=_executive(person),
        arc=_arc(person),
        grade=_grade(text_of(project, "letterGrade")),
        science_category=text_of(proposal, "scientificCategoryString"),
        state=state_of(project_status(project, documents), project),
    )


def project_status(project: Element, documents: Documents) -> Element | None:
    """Answer a project's status document, None without one."""
    key = key_of(child(project, "ProjectStatusRef"))
    if (status := documents.get("ProjectStatus", key)) is not None:
        return status
    own = key_of(child(project, "ObsProjectEntity"))
    for status in documents.all("ProjectStatus").values():
        if own and key_of(child(status, "ObsProjectRef")) == own:
            return status
    return None


def _draft_key(project: Element, part_ids: Iterable[str]) -> str:
    texts = (text_of(project, name) for name in ("projectName", "pI", "timeOfCreation"))
    return short_hash(*texts, *sorted(part_ids))


def _co_authors(proposal: Element | None) -> Iterable[str]:
    for name in ("CoPrincipalInvestigator", "CoInvestigator"):
        for person in children(proposal, name):
            yield text_of(person, "fullName")


def _associated(person: Element | None) -> str:
    if person is None:
        return ""
    # Documents before 2012 call it the ARC.
    return person.get("associatedExec", "") or person.get("associatedArc", "")


def _executive(person: Element | None) -> str:
    said = _associated(person)
    return said if said in (*_EXECUTIVES, "") else "OTHER"


def _arc(person: Element | None) -> str:
    said = _associated(person)
    return said if said in _ARCS else ""


def _grade(letter: str) -> str:
    return letter if letter in _GRADES else ""
