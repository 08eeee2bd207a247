"""The people of the demo observatory: John Smith, and one account for each role."""

from dataclasses import dataclass
from datetime import UTC, datetime

from accounts.models import User
from accounts.services import set_demo_password, upsert_account

LAST_VISIT = datetime(2015, 7, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account of the demo observatory; ``what`` says in words whom it stands for."""

    username: str
    name: str
    what: str
    executive: str = "EU"
    arc: str = "EU"
    roles: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    news_seen_at: datetime | None = None


PEOPLE: tuple[Person, ...] = (
    Person(
        username="jsmith",
        name="John Smith",
        what="a European PI in the year 2015",
        news_seen_at=LAST_VISIT,
    ),
    Person(
        username="napi",
        name="Demo NA PI",
        what="a North American PI today",
        executive="NA",
        arc="NA",
    ),
    Person(username="coi", name="Demo Co-I", what="a co-investigator", executive="NA", arc="NA"),
    Person(
        username="delegee",
        name="Demo Delegee",
        what="a delegee who may download data",
        executive="NA",
        arc="NA",
    ),
    Person(
        username="aod",
        name="Demo Astronomer",
        what="the astronomer on duty",
        executive="CL",
        roles=("aod",),
    ),
    Person(username="reducer", name="Demo Reducer", what="a data reducer", roles=("reducer",)),
    Person(
        username="qa",
        name="Demo Reviewer",
        what="a QA2 reviewer",
        roles=("qa",),
        qualifications=("QA2APPRV",),
    ),
    Person(
        username="drm",
        name="Demo Manager",
        what="the data reduction manager",
        roles=("drm",),
        qualifications=("QA2APPRV",),
    ),
    Person(username="cs", name="Demo Contact", what="a contact scientist", roles=("cs",)),
    Person(
        username="arc",
        name="Demo ARC Staff",
        what="staff of the North American ARC",
        executive="NA",
        arc="NA",
        roles=("arc",),
    ),
    Person(username="admin", name="Demo Administrator", what="an administrator", roles=("admin",)),
)


def create_people(password: str | None = None) -> list[User]:
    """Create the demo accounts, or bring them back to how they were made.

    Without a password those that are there keep theirs, and nobody can log in as a new one.
    """
    users = [_create(person) for person in PEOPLE]
    if password:
        set_demo_password(password=password)
    return users


def _create(person: Person) -> User:
    user, _ = upsert_account(
        username=person.username,
        name=person.name,
        email=f"{person.username}@demo.example",
        executive=person.executive,
        arc=person.arc,
        roles=person.roles,
        qualifications=person.qualifications,
        news_seen_at=person.news_seen_at,
        is_demo=True,
        is_active=True,
    )
    return user
