"""Who helps with a project, and what a paper on it has to say."""

from dataclasses import dataclass

from django.utils import timezone

from projects.models import Project
from projects.observatory import acknowledgement, centre
from projects.tables import Centre


@dataclass(frozen=True, slots=True)
class Contact:
    """The people to turn to; None and empty where nobody is on file."""

    scientist: str
    arc: str
    centre: Centre | None


def contact_of(project: Project | None) -> Contact:
    """Answer who helps with a project; read it with its contact scientist."""
    if project is None:
        return Contact("", "", None)
    scientist = project.contact_scientist
    return Contact(str(scientist) if scientist else "", project.arc, centre(project.arc))


@dataclass(frozen=True, slots=True)
class Citation:
    """What a paper has to say: the observatory's words, then the regional center's own."""

    code: str
    acknowledgement: str
    arc: str
    source: str

    @property
    def text(self) -> str:
        """Everything, as it is copied."""
        return " ".join(part for part in (self.acknowledgement, self.arc) if part)


def citation_of(project: Project | None) -> Citation | None:
    """Answer what to cite; None for what has no project code, or where no text is on file."""
    words = acknowledgement(timezone.now().date())
    if project is None or not project.code or words is None:
        return None
    found = centre(project.arc)
    return Citation(
        code=project.code,
        acknowledgement=words.words.format(code=project.code),
        arc=found.acknowledgement if found else "",
        source=words.source,
    )
