"""The access matrix: every address, for everybody, by every method it takes.

A row: address, method, what is asked for, answers. ``target+variant`` sends the query or
body that ``ASKED`` has for the variant. Of the answers the first whose group holds the
actor counts; the last has no group: it is for the rest. "login" is a redirect to the
log-in page and back. Tokens open nothing under pages but downloads.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.access.world import ACTORS, PEOPLE, STAFF, TIED, TOKENS

Told = int | str

MEMBERS = frozenset(TIED)
_WORKING_TOKENS = frozenset({"write_token", "read_only_token"})
_ALL_SEEING = frozenset({"aod", "qa", "drm", "admin"})
_SEEING_STAFF = _ALL_SEEING | {"reducer", "arc", "cs"}
_PI = frozenset({"pi"}) | _WORKING_TOKENS

GROUPS: dict[str, frozenset[str]] = {
    "known": frozenset(PEOPLE) | _WORKING_TOKENS,
    # Who may track the project, and what is withdrawn in it; the draft; the deleted project.
    "sees": MEMBERS | _SEEING_STAFF | _WORKING_TOKENS,
    "staff": _SEEING_STAFF,
    "draft-staff": _ALL_SEEING | {"arc"},
    "foreign": _ALL_SEEING | {"stranger", "other_arc", "other_reducer", "other_cs"},
    "pi": _PI,
    "admin": frozenset({"admin"}),
    "all-staff": frozenset(STAFF),
    # Who may take a step: SEMANTICS, Roles and rights.
    "observes": frozenset({"drm", "admin"}),
    "processes": frozenset({"drm", "qa", "reducer"}),
    "processes-all": frozenset({"drm", "qa"}),
    "reviews": frozenset({"drm", "qa"}),
    "reader": frozenset({"read_only_token"}),
    "bad-token": frozenset({"expired_token", "revoked_token"}),
    "inactive": frozenset({"inactive"}),
}

ASKED: dict[str, dict[str, Any]] = {
    "csv": {"query": "?format=csv"},
    "text": {"query": "?q=SgrB2"},
    "process": {"body": {"to": "ReadyForProcessing"}},
    "time-out": {"body": {"to": "ObservingTimedOut"}},
    "open-review": {"body": {"to": "Reviewing"}},
    "uids": {"body": {"uids": ["uid://A001/X1/X1"]}},
    "label": {"body": {"label": "night script", "scope": "read"}},
    "profile": {"body": {"name": "Somebody", "email": ""}},
    "records": {"body": {"projects": []}},
}

_TABLE = """
healthz                        GET     -                         200
readyz                         GET     -                         200

home                           GET     -                         200 known | login
news-read                      POST    -                         302 known | login
search                         GET     -                         200 known | login
search                         GET     -+text                    200 known | login
help                           GET     -                         200 known | login
ingest                         GET     -                         200 admin | 404 known | login
projects:project-list          GET     -                         200 known | login
projects:project-list          GET     -+csv                     200 known | login
projects:project-detail        GET     project                   200 sees | 404 known | login
projects:project-detail        GET     foreign                   200 foreign | 404 known | login
projects:project-detail        GET     draft                     200 draft-staff | 404 known | login
projects:project-detail        GET     deleted                   200 draft-staff | 404 known | login
projects:project-history       GET     project                   200 sees | 404 known | login
projects:project-history       GET     draft                     200 draft-staff | 404 known | login
projects:project-history       GET     deleted                   200 draft-staff | 404 known | login
projects:sched-block-list      GET     -                         200 known | login
projects:sched-block-list      GET     -+csv                     200 known | login
projects:sched-block-detail    GET     block                     200 sees | 404 known | login
projects:sched-block-detail    GET     draft_block               200 draft-staff | 404 known | login
projects:sched-block-detail    GET     deleted_block             200 staff | 404 known | login
projects:sched-block-history   GET     block                     200 sees | 404 known | login
projects:sched-block-history   GET     deleted_block             200 staff | 404 known | login
projects:ous-detail            GET     member                    200 sees | 404 known | login
projects:ous-detail            GET     group                     200 sees | 404 known | login
projects:ous-detail            GET     goal                      200 sees | 404 known | login
projects:ous-detail            GET     draft_member              200 draft-staff | 404 known | login
projects:ous-detail            GET     deleted_member            200 draft-staff | 404 known | login
projects:ous-history           GET     member                    200 sees | 404 known | login
projects:ous-history           GET     group                     200 sees | 404 known | login
projects:ous-history           GET     deleted_member            200 draft-staff | 404 known | login
projects:ous-state             POST    member+process            302 processes | 403 sees | 404 known | login
projects:ous-state             POST    ready_member+time-out     302 observes | 403 sees | 404 known | login
projects:ous-state             POST    review+open-review        302 reviews | 403 sees | 404 known | login
projects:ous-state             POST    draft_member+time-out     302 observes | 403 draft-staff | 404 known | login
projects:exec-block-detail     GET     run                       200 sees | 404 known | login
projects:exec-block-detail     GET     deleted_run               200 draft-staff | 404 known | login

accounts:login                 GET     -                         302 known | 200
accounts:login                 POST    -                         302 known | 200
accounts:logout                POST    -                         302
accounts:settings              GET     -                         200 known | login
accounts:settings              POST    -+profile                 302 known | login
accounts:token-create          POST    -+label                   200 known | login
accounts:token-revoke          POST    own_token                 302 known | login
accounts:token-revoke          POST    pi_token                  302 pi | 404 known | login

api:project-list               GET     -                         200 known | 401
api:project-detail             GET     project                   200 sees | 404 known | 401
api:project-detail             GET     foreign                   200 foreign | 404 known | 401
api:project-detail             GET     draft                     200 draft-staff | 404 known | 401
api:project-detail             GET     deleted                   200 draft-staff | 404 known | 401
api:project-tree               GET     project                   200 sees | 404 known | 401
api:project-tree               GET     draft                     200 draft-staff | 404 known | 401
api:project-tree               GET     deleted                   200 draft-staff | 404 known | 401
api:ous-list                   GET     -                         200 known | 401
api:ous-batch                  POST    -+uids                    200 known | 401
api:ous-detail                 GET     member                    200 sees | 404 known | 401
api:ous-detail                 GET     group                     200 sees | 404 known | 401
api:ous-detail                 GET     goal                      200 sees | 404 known | 401
api:ous-detail                 GET     draft_member              200 draft-staff | 404 known | 401
api:ous-detail                 GET     deleted_member            200 draft-staff | 404 known | 401
api:ous-status                 GET     member                    200 sees | 404 known | 401
api:ous-status                 GET     group                     200 sees | 404 known | 401
api:ous-status                 GET     deleted_member            200 draft-staff | 404 known | 401
api:ous-history                GET     member                    200 sees | 404 known | 401
api:ous-history                GET     draft_member              200 draft-staff | 404 known | 401
api:ous-exec-blocks            GET     member                    200 sees | 404 known | 401
api:ous-exec-blocks            GET     deleted_goal              200 draft-staff | 404 known | 401
api:ous-state                  POST    member+process            403 reader | 200 processes | 403 sees | 404 known | 401
api:ous-state                  POST    ready_member+time-out     403 reader | 200 observes | 403 sees | 404 known | 401
api:ous-state                  POST    review+open-review        403 reader | 200 reviews | 403 sees | 404 known | 401
api:ous-state                  POST    draft_member+time-out     403 reader | 200 observes | 403 draft-staff | 404 known | 401
api:sched-block-list           GET     -                         200 known | 401
api:sched-block-detail         GET     block                     200 sees | 404 known | 401
api:sched-block-detail         GET     draft_block               200 draft-staff | 404 known | 401
api:sched-block-detail         GET     deleted_block             200 staff | 404 known | 401
api:sched-block-history        GET     block                     200 sees | 404 known | 401
api:sched-block-history        GET     deleted_block             200 staff | 404 known | 401
api:exec-block-list            GET     -                         200 known | 401
api:exec-block-detail          GET     run                       200 sees | 404 known | 401
api:exec-block-detail          GET     deleted_run               200 draft-staff | 404 known | 401
api:event-feed                 GET     -                         200 known | 401
api:ingest-list                GET     -                         200 admin | 403 known | 401
api:ingest-list                POST    -+records                 202 admin | 403 known | 401
api:ingest-job                 GET     job                       200 admin | 403 known | 401
api:token-list                 GET     -                         200 known | 401
api:token-list                 POST    -+label                   403 reader | 201 known | 401
api:token-detail               DELETE  own_token                 403 reader | 204 known | 401
api:token-detail               DELETE  pi_token                  403 reader | 204 pi | 404 known | 401
api:me                         GET     -                         200 known | 401
api:schema                     GET     -                         401 bad-token | 200
api:docs                       GET     -                         401 bad-token | 200
api:elsewhere                  GET     nothing                   404
api:elsewhere                  GET     spelled                   301
api:elsewhere                  POST    nothing                   404
api:elsewhere                  POST    spelled                   308
"""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW")
SAFE = ("GET", "HEAD")
# Doors that ask who it is before they look at the method, or that ask nobody.
LOGIN_FIRST = frozenset({"accounts:settings", "accounts:token-create", "accounts:token-revoke"})
ASKS_NOBODY = frozenset({"api:schema", "api:docs"})
READS_BY_POST = frozenset({"api:ous-batch"})
TAKES_EVERYTHING = frozenset({"api:elsewhere"})


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    route: str
    method: str
    target: str
    variant: str
    answers: tuple[tuple[Told, frozenset[str]], ...] = field(repr=False)

    @property
    def is_api(self) -> bool:
        """Whether a program asks rather than a person."""
        return self.route.startswith("api:")

    @property
    def takes_tokens(self) -> bool:
        """Whether a token opens the door."""
        return self.is_api or self.variant == "csv"

    def expected(self, actor: str) -> Told:
        """What the table says that somebody is answered."""
        if actor in TOKENS and not self.takes_tokens:
            return self.answers[-1][0]
        return next(told for told, group in self.answers if actor in group)

    def __str__(self) -> str:
        variant = f"+{self.variant}" if self.variant else ""
        return f"{self.method} {self.route} {self.target}{variant}"


def _row(line: str) -> Row:
    route, method, what, answers = line.split(None, 3)
    target, _, variant = what.partition("+")
    clauses = [clause.split() for clause in answers.split("|")]
    everybody = frozenset(ACTORS)
    told = tuple(
        (
            int(status) if status.isdecimal() else status,
            frozenset().union(*(GROUPS[name] for name in names)) if names else everybody,
        )
        for status, *names in clauses
    )
    return Row(route, method, target, variant, told)


ROWS = tuple(_row(line) for line in _TABLE.splitlines() if line)
ROUTES = tuple(dict.fromkeys(row.route for row in ROWS))


def taken_methods(route: str) -> frozenset[str]:
    """The methods that an address has rows for; who takes GET takes HEAD."""
    methods = {row.method for row in ROWS if row.route == route}
    return frozenset(methods | ({"HEAD"} if "GET" in methods else set()))
