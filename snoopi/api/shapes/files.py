"""Files of packages."""

from datetime import datetime
from typing import Annotated, TypedDict

from deliveries.naming import FileClass
from snoopi.api.shapes.words import Words

FileClassWord = Annotated[str | None, Words("FileClass", tuple(FileClass))]

FileLine = TypedDict(
    "FileLine",
    {
        "name": Annotated[str, "Name of the file."],
        "class": FileClassWord,
        "kind": Annotated[str | None, "What its name says it holds."],
        "size": Annotated[int | None, "Bytes; null where no source says."],
        "sha256": str | None,
        "generation": Annotated[int | None, "Which delivery it is of; null where unknown."],
        "access_url": Annotated[str | None, "Where to download it; null where you may not."],
        "readable": Annotated[bool, "Whether you may read it now."],
        "path": Annotated[str, "Its place in the package of the member OUS."],
        "project": Annotated[str, "The project's ref."],
        "member_ous": Annotated[str | None, "Its UID, or its ref where no source knows a UID."],
        "changed_at": Annotated[datetime, "When its facts were learnt last, UTC."],
    },
)
FileLine.__doc__ = "A file of a member OUS's package."
