"""Member OUSs that passed QA2, and packages of theirs in the store and at mirrors."""

import hashlib
from pathlib import Path

from django.conf import settings

from deliveries.models import ProductFile
from deliveries.places import package_folder
from projects.models import MemberOUS
from qa.services.reviews import decide_qa2
from tests.factories import make_project, make_user

CONTENTS = {"README.txt": b"read me", "product/a.fits": b"SIMPLE = T", "qa/weblog.tgz": b"log"}


def verified(code=None, outcome="Pass", **facts):
    """A member OUS that a reviewer has just let pass; the setting says how long it is held."""
    project = make_project(code, exec_blocks=2, **facts)
    return passed(project.memberous_set.get(), outcome)


def passed(member, outcome="Pass"):
    """Let a member OUS pass QA2, wherever it stands."""
    MemberOUS.objects.filter(pk=member.pk).update(state="Reviewing")
    member.refresh_from_db()
    reviewer = make_user(roles=["qa"], qualifications=["QA2APPRV"])
    reasons = ["flux_scale"] if outcome == "SemiPass" else []
    decide_qa2(member, outcome=outcome, reasons=reasons, comment="seen", actor=reviewer)
    return member


def manifest(member, generation=1, contents=None):
    """The rows of a package."""
    contents = CONTENTS if contents is None else contents
    return ProductFile.objects.bulk_create(
        ProductFile(
            project_id=member.project_id,
            member_ous=member,
            path=path,
            name=Path(path).name,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            generation=generation,
            source="test",
        )
        for path, data in contents.items()
    )


def lay(root, member, generation=1, contents=None):
    """Put the files of a package below a folder."""
    for path, data in (CONTENTS if contents is None else contents).items():
        place = package_folder(Path(root), member.ref, generation) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def packaged(member, generation=1, contents=None):
    """A package with its rows, in the store."""
    manifest(member, generation, contents)
    lay(settings.DATA_DIR, member, generation, contents)
    return member
