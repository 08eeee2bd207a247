"""The few shapes that all documents of ALMA's project data model are made of."""

_NAMESPACES = {
    "ent": "Alma/CommonEntity",
    "val": "Alma/ValueTypes",
    "prp": "Alma/ObsPrep/ObsProposal",
    "ps": "Alma/ObsPrep/ProjectStatus",
    "prj": "Alma/ObsPrep/ObsProject",
    "sbl": "Alma/ObsPrep/SchedBlock",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMESPACES.items())


def document(root: str, body: str, status: str = "") -> str:
    """A whole document of the plan."""
    kind = root.partition(":")[2]
    said = f' status="{status}"' if status else ""
    opening = f'{_DECLARED} schemaVersion="13" almatype="APDM::{kind}"{said} xsi:type="{root}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {opening}>{body}</{root}>\n'


def status_document(kind: str, body: str) -> str:
    """A whole status document; these have a default namespace each."""
    opening = (
        f'xmlns="Alma/Scheduling/{kind}" xmlns:ps="Alma/Scheduling/ProjectStatus" '
        f'xmlns:xsi="{_NAMESPACES["xsi"]}" schemaVersion="13" '
        f'almatype="APDM::{kind}" xsi:type="{kind}"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {opening}>{body}</{kind}>\n'


def reference(name: str, uid: str, kind: str, part_id: str = "") -> str:
    """An entity or a reference to one, or to a part of one."""
    part = f' partId="{part_id}"' if part_id else ""
    return f'<{name} entityId="{uid}"{part} entityTypeName="{kind}" documentVersion="1"/>'


def number_of(name: str, value: float | None, unit: str) -> str:
    """A number with its unit; 0 is how the Observing Tool writes "not filled in"."""
    return f'<{name} unit="{unit}">{0.0 if value is None else value!r}</{name}>'
