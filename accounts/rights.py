"""Who may do what: the table of SEMANTICS.md "Roles and rights", as data.

Pure: a role gives a right everywhere, or only within a scope ("assigned" to them,
"own" work, "their ARC's" PIs, projects where they are "named"). Rights that come from
a tie to one project (PI, Co-I, delegee) stand in ``projects.permissions``.
"""

from enum import StrEnum
from types import MappingProxyType


class StaffRole(StrEnum):
    """What an account does for the observatory."""

    AOD = "aod"
    REDUCER = "reducer"
    QA = "qa"
    DRM = "drm"
    ARC = "arc"
    CS = "cs"
    ADMIN = "admin"


STAFF_ROLE_WORDS = MappingProxyType(
    {
        StaffRole.AOD: "astronomer on duty",
        StaffRole.REDUCER: "data reducer",
        StaffRole.QA: "QA reviewer",
        StaffRole.DRM: "data reduction manager",
        StaffRole.ARC: "ARC staff",
        StaffRole.CS: "contact scientist",
        StaffRole.ADMIN: "administrator",
    }
)


class Qualification(StrEnum):
    """What a member of staff has been trained and approved for."""

    MANCAL = "MANCAL"
    MANIMG = "MANIMG"
    WLREVIEW = "WLREVIEW"
    QA2APPRV = "QA2APPRV"


class Right(StrEnum):
    """One row of the table."""

    TRACK = "track"
    QA0 = "qa0"
    OBSERVING = "observing"
    QA1 = "qa1"
    PROCESSING = "processing"
    ASSIGN = "assign"
    REVIEW = "review"
    QA2 = "qa2"
    QA3_TRIAGE = "qa3_triage"
    INGEST = "ingest"
    ACCOUNTS = "accounts"
    MAIL = "mail"
    CLOCK = "clock"
    CORRECT_CLOCK = "correct_clock"
    FILES = "files"
    VIEW_AS = "view_as"
    ON_BEHALF = "on_behalf"


class Scope(StrEnum):
    """How far a right reaches."""

    ALL = "all"
    ASSIGNED = "assigned"
    OWN = "own"
    ARC = "arc"
    NAMED = "named"


_AOD, _REDUCER, _QA, _DRM, _ARC, _CS, _ADMIN = StaffRole

RIGHTS: MappingProxyType[Right, dict[StaffRole, Scope]] = MappingProxyType(
    {
        Right.TRACK: {
            _AOD: Scope.ALL,
            _REDUCER: Scope.ASSIGNED,
            _QA: Scope.ALL,
            _DRM: Scope.ALL,
            _ARC: Scope.ARC,
            _CS: Scope.NAMED,
            _ADMIN: Scope.ALL,
        },
        Right.QA0: dict.fromkeys((_AOD, _QA, _DRM), Scope.ALL),
        Right.OBSERVING: dict.fromkeys((_DRM, _ADMIN), Scope.ALL),
        Right.QA1: dict.fromkeys((_AOD, _QA, _DRM, _ADMIN), Scope.ALL),
        Right.PROCESSING: {_REDUCER: Scope.OWN, _QA: Scope.OWN, _DRM: Scope.ALL},
        Right.ASSIGN: {_REDUCER: Scope.OWN, _QA: Scope.OWN, _DRM: Scope.ALL},
        Right.REVIEW: {_QA: Scope.OWN, _DRM: Scope.ALL},
        Right.QA2: dict.fromkeys((_QA, _DRM), Scope.ALL),
        Right.QA3_TRIAGE: dict.fromkeys((_QA, _DRM), Scope.ALL),
        Right.INGEST: {_ADMIN: Scope.ALL},
        Right.ACCOUNTS: {_ADMIN: Scope.ALL},
        Right.MAIL: {_ADMIN: Scope.ALL},
        Right.CLOCK: dict.fromkeys((_DRM, _ADMIN), Scope.ALL),
        Right.CORRECT_CLOCK: {_ADMIN: Scope.ALL},
        # With a reason, and logged; what is assigned to somebody is read without one.
        Right.FILES: {_ARC: Scope.ARC, _CS: Scope.NAMED, _ADMIN: Scope.ALL},
        Right.VIEW_AS: dict.fromkeys((_ARC, _CS, _ADMIN), Scope.ALL),
        Right.ON_BEHALF: {_ARC: Scope.ARC, _CS: Scope.NAMED},
    }
)

NEEDS_QUALIFICATION = MappingProxyType({Right.QA2: Qualification.QA2APPRV})


def scopes_of(roles: list[str], right: Right) -> frozenset[Scope]:
    """Answer how far ``right`` reaches for somebody who holds ``roles``."""
    granted = RIGHTS[right]
    return frozenset(granted[role] for role in map(StaffRole, roles) if role in granted)
