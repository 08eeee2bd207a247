"""Documents of ALMA's project data model: found by root element, linked by references.

Namespaces and prefixes differ between ObsProject and status documents and from year to
year, so only local names count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, tostring

from ingest.readers.sources import Source
from ingest.readers.xml_events import document, local
from projects.identity import parse_identity

KINDS = ("ObsProject", "ObsProposal", "SchedBlock", "ProjectStatus", "OUSStatus", "SBStatus")


@dataclass(slots=True)
class Documents:
    """A plan's documents by kind and reference key, in the order of their files.

    ``doubles`` are files that say something else of an entity than a file before them.
    """

    by_kind: dict[str, dict[str, Element]] = field(
        default_factory=lambda: {kind: {} for kind in KINDS}
    )
    doubles: list[str] = field(default_factory=list)

    def get(self, kind: str, key: str) -> Element | None:
        """Answer the document that a reference names, None where it is not there."""
        return self.by_kind[kind].get(key)

    def all(self, kind: str) -> dict[str, Element]:
        """Answer the documents of one kind by key."""
        return self.by_kind[kind]


def read_documents(files: Iterable[Source]) -> Documents:
    """Read APDM documents. Raises UnreadableSource."""
    found = Documents()
    for file in files:
        root = document(file)
        if local(root) in KINDS:
            known = found.by_kind[local(root)].setdefault(entity_key(root) or file.name, root)
            if known is not root and tostring(known) != tostring(root):
                found.doubles.append(file.name)
    return found


def of_project(documents: Documents, project: Element) -> Documents:
    """Answer the documents that belong to one of several projects in a folder."""
    if len(documents.all("ObsProject")) == 1:
        return documents
    own = key_of(child(project, "ObsProjectEntity"))
    status = key_of(child(project, "ProjectStatusRef"))
    links = {
        "ObsProposal": ("ObsProjectRef", own),
        "SchedBlock": ("ObsProjectRef", own),
        "ProjectStatus": ("ObsProjectRef", own),
        "OUSStatus": ("ProjectStatusRef", status),
        "SBStatus": ("ProjectStatusRef", status),
    }
    found = Documents()
    for kind, (name, wanted) in links.items():
        for key, root in documents.all(kind).items():
            if key_of(child(root, name)) == wanted:
                found.by_kind[kind][key] = root
    return found


def entity_key(root: Element) -> str:
    """Answer the key of a document's own entity."""
    return key_of(child(root, f"{local(root)}Entity"))


def key_of(reference: Element | None) -> str:
    """Answer what a reference or entity is looked up by.

    Placeholders such as ``entityId_…`` are no identities, yet they do link the documents
    of one plan.
    """
    text = "" if reference is None else reference.get("entityId", "").strip()
    return parse_identity(text) or text


def identity_of(reference: Element | None) -> str:
    """Answer the UID of a reference or entity, "" for placeholders."""
    return "" if reference is None else parse_identity(reference.get("entityId", ""))


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Yield the direct children of that local name."""
    if element is not None:
        yield from (found for found in element if local(found) == name)


def child(element: Element | None, *path: str) -> Element | None:
    """Answer the first element along a path of local names."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text_of(element: Element | None, *path: str) -> str:
    """Answer the stripped text along a path, "" where there is none."""
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def state_of(status: Element | None, planned: Element | None) -> str:
    """Answer the status document's state, else the plan's own word."""
    said = child(status, "Status")
    word = said.get("State", "") if said is not None else ""
    return (word or (planned.get("status", "") if planned is not None else "")).strip()
