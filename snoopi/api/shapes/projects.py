"""Projects and trees, and the parts that all documents share."""

from datetime import datetime
from typing import Annotated, TypedDict

from snoopi.api.shapes.words import AnyLevel, State


class Executions(TypedDict):
    """Executions of an SB or OUS."""

    passed: Annotated[float, "Sum of execution fractions over execution blocks with QA0 Pass."]
    expected: Annotated[float | None, "From status or plan documents; null where unknown."]
    count: Annotated[int, "Number of execution blocks."]


class Progress(TypedDict):
    """How many member OUSs are delivered."""

    done: int
    total: int


class ProjectLine(TypedDict):
    """An observing project in a list."""

    ref: str
    uid: str | None
    code: str | None
    title: str
    pi: Annotated[str | None, "The PI's name as sources write it."]
    executive: str | None
    arc: str | None
    cycle: str | None
    grade: str | None
    state: State
    state_since: datetime | None
    label: str
    delivered: Progress
    version: Annotated[
        int | None, "Grows with every change that anybody may see; null where it is of the past."
    ]


class ProjectDetail(ProjectLine):
    """An observing project."""

    abstract: str | None
    authors: str | None
    science_category: str | None
    science_keywords: str | None
    contact_scientist: str | None
    cois_download: Annotated[bool, "Whether the PI lets Co-Is read proprietary files."]
    contact: "Contact"
    citation: "Citation | None"
    waiting: "Waiting | None"


class Contact(TypedDict):
    """Who helps with a project; null where no source says."""

    scientist: str | None
    arc: str | None
    name: Annotated[str | None, "The ARC's name."]
    site: str | None
    helpdesk: str | None
    text: Annotated[str | None, "How to reach it."]


class Citation(TypedDict):
    """What a paper has to say."""

    code: str
    acknowledgement: str
    arc: Annotated[str | None, "The ARC's own text; null where none is on file."]
    source: Annotated[str, "Where the wording comes from."]


class Waiting(TypedDict):
    """What is waited for, on whom, and since when."""

    what: str
    on: str
    since: datetime | None


class TreeNode(TypedDict):
    """A thing with all that stands below it; levels that no source knows are left out."""

    ref: str
    uid: str | None
    level: AnyLevel
    name: str
    state: State
    label: str
    executions: Executions
    children: "list[TreeNode]"


class Named(TypedDict):
    """Another thing, by its names."""

    ref: str
    uid: str | None
    name: str
