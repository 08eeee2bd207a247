"""The access matrix: every address, for everybody, by every method it takes.

A row: address, method, what is asked for, the answers' name. ``target+variant`` sends the
query or body that ``ASKED`` has for the variant. Tokens open nothing under pages but
downloads, and a read-only one changes nothing.
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
    "known": frozenset(PEOPLE) | _WORKING_TOKENS | {"project_token"},
    # Who may track the project, and what is withdrawn in it; the draft; the deleted project.
    "sees": MEMBERS | _SEEING_STAFF | _WORKING_TOKENS | {"project_token"},
    "staff": _SEEING_STAFF,
    "draft-staff": _ALL_SEEING | {"arc"},
    "foreign": _ALL_SEEING | {"stranger", "other_arc", "other_reducer", "other_cs"},
    "pi": _PI,
    # Who says who has access.
    "delegates": _PI | {"arc", "cs"},
    "arc": frozenset({"arc"}),
    "foreign-delegates": frozenset({"stranger", "other_arc", "other_cs"}),
    # Whose mail it is; tokens open no page.
    "pi-herself": frozenset({"pi"}),
    "all-staff": frozenset(STAFF),
    "admin": frozenset({"admin"}),
    "views-as": frozenset({"arc", "other_arc", "cs", "other_cs", "admin"}),
    # Who may take a step: SEMANTICS, Roles and rights.
    "observes": frozenset({"drm", "admin"}),
    "judges": frozenset({"aod", "qa", "drm"}),
    "processes": frozenset({"drm", "qa", "reducer"}),
    "reviews": frozenset({"drm", "qa"}),
    "draft-works": frozenset({"drm", "qa"}),
    "releases": _PI | {"drm", "admin", "arc", "cs"},
    "calibrates": _ALL_SEEING,
    # Who reports problems: PI, Co-I and delegee for data, staff for them or the observatory.
    "reports": _PI | {"copi", "coi", "data_delegee", "qa", "drm", "arc", "cs"},
    # Who reads proprietary files, who does after giving a reason.
    "owns": _PI | {"data_delegee", "reducer"},
    "says-why": frozenset({"arc", "cs", "admin"}),
    # The right alone is not enough: the qualification belongs to it.
    "approves": frozenset({"qa"}),
    "bad-token": frozenset({"expired_token", "revoked_token"}),
}

_FOCUS = {"kind": "focus", "valid_from": "2026-01-01", "summary": "+1 mm"}
ASKED: dict[str, dict[str, Any]] = {
    "csv": {"query": "?format=csv"},
    "json": {"query": "?format=json"},
    "votable": {"query": "?format=votable"},
    "text": {"query": "?q=SgrB2"},
    "then": {"query": "?at=2026-01-01"},
    "process": {"body": {"to": "ReadyForProcessing"}},
    "time-out": {"body": {"to": "ObservingTimedOut"}},
    "declare": {"body": {"to": "FullyObserved", "note": "the target has set"}},
    "fail": {"body": {"outcome": "Fail", "reasons": ["pointing"]}},
    "pass": {"body": {"outcome": "Pass"}},
    "wish": {"body": {"default": "now"}},
    "links": {"body": {"weblog": "https://na.example.org/weblog"}},
    "settle": {"body": {"note": "the products stand"}},
    "claim": {"body": {"act": "claim", "role": "reviewer"}},
    "hold-up": {"body": {"reason": "software"}},
    "ticket": {"body": {"reference": "PRTSPR-1"}},
    "entry": {"body": {"text": "seen"}},
    "calibration": {"body": _FOCUS},
    "correction": {"body": {**_FOCUS, "summary": "+2 mm", "reason": "refitted"}},
    "typed-calibration": {"body": {**_FOCUS, "measured_at": "2026-01-01"}},
    "typed-correction": {"body": {**_FOCUS, "measured_at": "2026-01-01", "reason": "refitted"}},
    "problem": {"body": {"subject": "a shift", "description": "by 2 arcsec"}},
    "answer": {"body": {"act": "answer", "comment": "it stands"}},
    "open-review": {"body": {"to": "Reviewing"}},
    "release": {"body": {"act": "release_early", "sure": "on"}},
    "correct": {"body": {"act": "correct", "until": "2030-01-01", "reason": "a DDT"}},
    "typed-blanket": {"body": {"act": "decide", "name": "a", "months": "3", "reason": "x"}},
    "blanket": {"body": {"name": "a", "months": 3, "reason": "x", "dry_run": True}},
    "typed-season": {
        "body": {"act": "decide", "kind": "end", "cycle": "2013.1", "reason": "it is over"}
    },
    "season": {"body": {"kind": "end", "cycle": "2013.1", "reason": "x", "dry_run": True}},
    "reason": {"query": "?reason=asked"},
    "uids": {"body": {"uids": ["uid://A001/X1/X1"]}},
    "label": {"body": {"label": "night script", "scope": "read"}},
    "profile": {"body": {"name": "Somebody", "email": ""}},
    "look": {"body": {"person": "too_delegee", "reason": "asked for help"}},
    "records": {"body": {"projects": []}},
    "typed-delegation": {"body": {"act": "delegate", "to": "stranger", "kind": "PHASE2"}},
    "typed-key": {"body": {"act": "issue", "name": "nightly"}},
    "delegation": {"body": {"to": "stranger", "kind": "PHASE2"}},
    "downloads": {"body": {"cois_download": True}},
    "named-key": {"body": {"name": "nightly"}},
}

# Other shapes of an address's own answer, behind the same door.
FORMATS = frozenset({"csv", "json", "votable", "then"})

# An answer's name, and what it stands for. The first clause whose group holds the actor
# counts; one without a group is for the rest. "done" is 200 to a program, a page to go on
# to (302) for a person; "gate" is 401, or the log-in page and back.
_ANSWERS = """
open             200
known            200 known | gate
sees             200 sees | 404 known | gate
foreign          200 foreign | 404 known | gate
draft            200 draft-staff | 404 known | gate
withdrawn        200 staff | 404 known | gate
owns             200 owns | 403 sees | 404 known | gate
owns-or-says-why 200 owns says-why | 403 sees | 404 known | gate
draft-file       403 draft-staff | 404 known | gate
releases         done releases | 403 sees | 404 known | gate
admin-corrects   done admin | 403 sees | 404 known | gate
draft-corrects   done admin | 403 draft-staff | 404 known | gate
makes-release    201 releases | 403 sees | 404 known | gate
makes-correction 201 admin | 403 sees | 404 known | gate
reports          done reports | 403 sees | 404 known | gate
makes-report     201 reports | 403 sees | 404 known | gate
processes        done processes | 403 sees | 404 known | gate
judge-form       200 judges | 403 sees | 404 known | gate
judges           done judges | 403 sees | 404 known | gate
draft-holds      409 draft-works | 403 draft-staff | 404 known | gate
draft-judges     done judges | 403 draft-staff | 404 known | gate
observes         done observes | 403 sees | 404 known | gate
reviews          done reviews | 403 sees | 404 known | gate
decides          201 approves | 403 sees | 404 known | gate
approves         done approves | 403 sees | 404 known | gate
review-page      200 approves | 403 sees | 404 known | gate
draft-observes   done observes | 403 draft-staff | 404 known | gate
admin            200 admin | 403 known | gate
staff-list       200 all-staff | 403 known | gate
calibrates       200 calibrates | 403 known | gate
calibrates-done  done calibrates | 403 known | gate
makes-calibration 201 calibrates | 403 known | gate
extends          200 observes | 403 known | gate
extends-done     done observes | 403 known | gate
all-staff        200 all-staff | 403 known | gate
staff-reads      200 staff | 403 sees | 404 known | gate
mail             200 pi-herself | 200 all-staff | 404 known | gate
resends          done admin | 403 pi-herself | 403 all-staff | 404 known | gate
enters           done staff | 403 sees | 404 known | gate
draft-enters     done draft-staff | 404 known | gate
enters-new       201 staff | 403 sees | 404 known | gate
draft-enters-new 201 draft-staff | 404 known | gate
admin-done       done admin | 403 known | gate
admin-queues     202 admin | 403 known | gate
done             done known | gate
views-as         200 views-as | 403 known | gate
begins           done views-as | 403 known | gate
makes            201 known | gate
removes          204 known | gate
pi-done          done pi | 404 known | gate
pi-removes       204 pi | 404 known | gate
delegates        200 delegates | 403 sees | 404 known | gate
delegates-done   done delegates | 403 sees | 404 known | gate
draft-delegates  200 arc | 403 draft-staff | 404 known | gate
foreign-access   200 foreign-delegates | 403 foreign | 404 known | gate
makes-delegation 201 delegates | 403 sees | 404 known | gate
ends-delegation  204 delegates | 403 sees | 404 known | gate
shows-key        200 pi-herself | 403 sees | 404 known | gate
makes-key        201 pi | 403 sees | 404 known | gate
log-in           302 known | 200
log-out          302
public           401 bad-token | 200
nothing          404
moved            301
moved-as-asked   308
"""

_TABLE = """
healthz                        GET     -                        open
readyz                         GET     -                        open

home                           GET     -                        known
news-read                      POST    -                        done
search                         GET     -                        known
search                         GET     -+text                   known
search                         GET     -+csv                    known
help                           GET     -                        known
ingest                         GET     -                        admin
ingest                         GET     -+csv                    admin
source-poll                    POST    source                   admin-done
mail                           GET     -                        known
mail                           GET     -+csv                    known
mail-detail                    GET     mail                     mail
mail-html                      GET     mail                     mail
mail-resend                    POST    mail                     resends
mail-bounced                   POST    mail                     resends
mail-settings                  GET     -                        known
mail-settings                  POST    -+wish                   done
mail-sample                    POST    -                        done
mail-unsubscribe               GET     unsubscribing            open
mail-unsubscribe               POST    unsubscribing            open
view-as                        GET     -                        views-as
view-as                        GET     -+text                   views-as
view-as                        POST    -+look                   begins
view-as-stop                   POST    -                        done
view-as-log                    GET     -                        admin
view-as-log                    GET     -+csv                    admin
view-as-pages                  GET     viewing                  admin
view-as-pages                  GET     viewing+csv              admin
projects:project-list          GET     -                        known
projects:project-list          GET     -+csv                    known
projects:project-detail        GET     project                  sees
projects:project-detail        GET     project+then             sees
projects:project-detail        GET     foreign                  foreign
projects:project-detail        GET     draft                    draft
projects:project-detail        GET     deleted                  draft
projects:project-matrix        GET     project                  sees
projects:project-matrix        GET     project+csv              sees
projects:project-matrix        GET     foreign                  foreign
projects:project-matrix        GET     draft                    draft
projects:project-matrix        GET     deleted                  draft
projects:project-history       GET     project                  sees
projects:project-history       GET     project+csv              sees
projects:project-history       GET     draft                    draft
projects:project-history       GET     deleted                  draft
projects:project-access        GET     project                  delegates
projects:project-access        GET     draft                    draft-delegates
projects:project-access        POST    project+typed-delegation delegates-done
projects:project-access        POST    project+typed-key        shows-key
delegations                    GET     -                        known
projects:sched-block-list      GET     -                        known
projects:sched-block-list      GET     -+csv                    known
projects:sched-block-detail    GET     block                    sees
projects:sched-block-detail    GET     block+csv                sees
projects:sched-block-detail    GET     draft_block              draft
projects:sched-block-detail    GET     deleted_block            withdrawn
projects:sched-block-state     POST    block+declare            observes
projects:sched-block-state     POST    draft_block+declare      draft-observes
projects:sched-block-history   GET     block                    sees
projects:sched-block-history   GET     block+csv                sees
projects:sched-block-history   GET     deleted_block            withdrawn
projects:ous-detail            GET     member                   sees
projects:ous-detail            GET     member+then              sees
projects:ous-detail            GET     group                    sees
projects:ous-detail            GET     goal                     sees
projects:ous-detail            GET     member+csv               sees
projects:ous-detail            GET     goal+csv                 sees
projects:ous-detail            GET     deleted_member+csv       draft
projects:ous-detail            GET     draft_member             draft
projects:ous-detail            GET     deleted_member           draft
projects:ous-history           GET     member                   sees
projects:ous-history           GET     group                    sees
projects:ous-history           GET     member+csv               sees
projects:ous-history           GET     deleted_member           draft
projects:ous-files             GET     member                   sees
projects:ous-files             GET     goal                     sees
projects:ous-files             GET     member+csv               sees
projects:ous-files             GET     draft_member             draft
projects:ous-files             GET     deleted_member           draft
projects:ous-pipeline          GET     member                   sees
projects:ous-pipeline          GET     member+csv               sees
projects:ous-pipeline          GET     draft_member             draft
projects:ous-pipeline          GET     deleted_member+csv       draft
projects:ous-state             POST    member+process           processes
projects:ous-state             POST    ready_member+time-out    observes
projects:ous-state             POST    review+open-review       reviews
projects:ous-state             POST    draft_member+time-out    draft-observes
projects:added-value           POST    member+links             enters
projects:added-value           POST    draft_member+links       draft-enters
projects:ous-qa2               GET     reviewed                 review-page
projects:ous-qa2               GET     held                     review-page
projects:ous-qa2               POST    reviewed+pass            approves
projects:ous-qa2-undo          POST    held                     approves
projects:ous-qa2-pdf           GET     member                   sees
projects:ous-qa2-pdf           GET     held                     sees
projects:ous-qa2-pdf           GET     deleted_member           draft
projects:ous-qa3               GET     member                   sees
projects:ous-qa3               GET     delivered                sees
projects:ous-qa3               GET     draft_member             draft
projects:ous-qa3               GET     deleted_member           draft
projects:ous-qa3               POST    delivered+problem        reports
projects:ous-qa3-report        GET     problem                  sees
projects:ous-qa3-report        POST    problem+answer           reviews
projects:ous-assignment        POST    review+claim             approves
projects:ous-blocked           POST    member+hold-up           processes
projects:ous-blocked           POST    draft_member+hold-up     draft-holds
projects:ous-tickets           POST    member+ticket            enters
projects:ous-tickets           POST    draft_member+ticket      draft-enters
projects:ous-journal           GET     member                   staff-reads
projects:ous-journal           GET     member+csv               staff-reads
projects:ous-journal           GET     draft_member             draft
projects:ous-journal           GET     deleted_member+csv       draft
projects:ous-journal           POST    member+entry             enters
projects:ous-journal           POST    draft_member+entry       draft-enters
projects:late-verdict          POST    review+settle            observes
qa-queues                      GET     -                        all-staff
qa-calibrations                GET     -                        all-staff
qa-calibrations                GET     -+csv                    all-staff
qa-calibration-new             GET     -                        calibrates
qa-calibration-new             POST    -+typed-calibration      calibrates-done
qa-calibration                 GET     calibration              all-staff
qa-calibration                 POST    calibration+typed-correction calibrates-done
qa-seasons                     GET     -                        extends
qa-seasons                     POST    -+typed-season           extends-done
qa-season                      GET     season                   extends
qa-season                      GET     season+csv               extends
qa-season                      POST    season                   extends-done
qa-turnaround                  GET     -                        all-staff
qa-turnaround                  GET     -+csv                    all-staff
qa-turnaround                  GET     -+json                   all-staff
qa-queue                       GET     queue                    all-staff
qa-queue                       GET     queue+csv                all-staff
deliveries                     GET     -                        known
deliveries                     GET     -+text                   known
deliveries                     GET     -+csv                    known
blankets                       GET     -                        extends
blankets                       POST    -+typed-blanket          extends-done
projects:ous-clock             POST    member+release           releases
projects:ous-clock             POST    member+correct           admin-corrects
projects:ous-clock             POST    draft_member+correct     draft-corrects
product-file                   GET     file                     owns
product-file                   GET     file+reason              owns-or-says-why
product-file                   GET     public_file              open
product-file                   GET     draft_file               draft-file
projects:exec-block-detail     GET     run                      sees
projects:exec-block-detail     GET     deleted_run              draft
projects:exec-block-report-pdf GET     run                      sees
projects:exec-block-report-pdf GET     deleted_run              draft
projects:exec-block-plot       GET     plot                     sees
projects:exec-block-plot       GET     plot+csv                 sees
projects:exec-block-plot       GET     plot+json                sees
projects:exec-block-plot       GET     foreign_plot             foreign
projects:exec-block-plot       GET     deleted_plot             draft
projects:exec-block-qa0        GET     run                      judge-form
projects:exec-block-qa0        POST    run+fail                 judges
projects:exec-block-qa0        POST    draft_run+fail           draft-judges

accounts:login                 GET     -                        log-in
accounts:login                 POST    -                        log-in
accounts:logout                POST    -                        log-out
accounts:settings              GET     -                        known
accounts:settings              POST    -+profile                done
accounts:token-create          POST    -+label                  known
accounts:token-revoke          POST    own_token                done
accounts:token-revoke          POST    pi_token                 pi-done

api:project-list               GET     -                        known
api:project-list               GET     -+csv                    known
api:project-detail             GET     project                  sees
api:project-detail             GET     project+then             sees
api:project-detail             GET     foreign                  foreign
api:project-detail             GET     draft                    draft
api:project-detail             GET     deleted                  draft
api:project-tree               GET     project                  sees
api:project-tree               GET     project+then             sees
api:project-tree               GET     draft                    draft
api:project-tree               GET     deleted                  draft
api:project-matrix             GET     project                  sees
api:project-matrix             GET     project+csv              sees
api:project-matrix             GET     foreign                  foreign
api:project-matrix             GET     draft                    draft
api:project-matrix             GET     deleted                  draft
api:project-access             GET     project                  delegates
api:project-access             GET     project+csv              delegates
api:project-access             GET     foreign                  foreign-access
api:project-access             GET     draft                    draft-delegates
api:project-access             POST    project+delegation       makes-delegation
api:project-delegation         DELETE  delegation               ends-delegation
api:project-co-i-download      POST    project+downloads        delegates-done
api:project-tokens             GET     project                  delegates
api:project-tokens             GET     project+csv              delegates
api:project-tokens             POST    project+named-key        makes-key
api:project-token              DELETE  key                      ends-delegation
api:ous-list                   GET     -                        known
api:ous-list                   GET     -+csv                    known
api:ous-list                   GET     -+votable                known
api:ous-batch                  POST    -+uids                   known
api:ous-detail                 GET     member                   sees
api:ous-detail                 GET     member+then              sees
api:ous-detail                 GET     group                    sees
api:ous-detail                 GET     goal                     sees
api:ous-detail                 GET     draft_member             draft
api:ous-detail                 GET     deleted_member           draft
api:ous-status                 GET     member                   sees
api:ous-status                 GET     member+then              sees
api:ous-status                 GET     group                    sees
api:ous-status                 GET     group+then               sees
api:ous-status                 GET     deleted_member           draft
api:ous-status                 GET     deleted_member+then      draft
api:ous-history                GET     member                   sees
api:ous-history                GET     member+csv               sees
api:ous-history                GET     draft_member             draft
api:ous-exec-blocks            GET     member                   sees
api:ous-exec-blocks            GET     member+csv               sees
api:ous-exec-blocks            GET     member+votable           sees
api:ous-exec-blocks            GET     deleted_goal+csv         draft
api:ous-exec-blocks            GET     deleted_goal             draft
api:ous-files                  GET     member                   sees
api:ous-files                  GET     goal                     sees
api:ous-files                  GET     member+csv               sees
api:ous-files                  GET     member+votable           sees
api:ous-files                  GET     draft_member             draft
api:ous-files                  GET     deleted_member           draft
api:file-list                  GET     -                        known
api:file-list                  GET     -+csv                    known
api:file-list                  GET     -+votable                known
api:added-value                POST    member+links             enters-new
api:added-value                POST    draft_member+links       draft-enters-new
api:mail-list                  GET     -                        known
api:mail-list                  GET     -+csv                    known
api:ous-state                  POST    member+process           processes
api:ous-state                  POST    ready_member+time-out    observes
api:ous-state                  POST    review+open-review       reviews
api:ous-state                  POST    draft_member+time-out    draft-observes
api:ous-work                   GET     member                   staff-reads
api:ous-work                   GET     draft_member             draft
api:ous-work                   GET     deleted_member           draft
api:ous-assignment             POST    review+claim             approves
api:ous-blocked                POST    member+hold-up           processes
api:ous-blocked                POST    draft_member+hold-up     draft-holds
api:ous-tickets                POST    member+ticket            enters
api:ous-tickets                POST    draft_member+ticket      draft-enters
api:ous-journal                GET     member                   staff-reads
api:ous-journal                GET     member+csv               staff-reads
api:ous-journal                GET     draft_member             draft
api:ous-journal                POST    member+entry             enters-new
api:ous-journal                POST    draft_member+entry       draft-enters-new
api:queue-list                 GET     -                        all-staff
api:queue-detail               GET     queue                    all-staff
api:queue-detail               GET     queue+csv                all-staff
api:turnaround                 GET     -                        all-staff
api:turnaround                 GET     -+csv                    all-staff
api:turnaround-list            GET     -                        all-staff
api:turnaround-list            GET     -+csv                    all-staff
api:sched-block-list           GET     -                        known
api:sched-block-list           GET     -+csv                    known
api:sched-block-detail         GET     block                    sees
api:sched-block-detail         GET     draft_block              draft
api:sched-block-detail         GET     deleted_block            withdrawn
api:sched-block-state          POST    block+declare            observes
api:sched-block-state          POST    draft_block+declare      draft-observes
api:sched-block-history        GET     block                    sees
api:sched-block-history        GET     block+csv                sees
api:sched-block-history        GET     deleted_block            withdrawn
api:ous-qa2                    GET     member                   sees
api:ous-qa2                    GET     held                     sees
api:ous-qa2                    GET     deleted_member           draft
api:ous-qa2                    POST    reviewed+pass            decides
api:ous-qa2-undo               POST    held                     approves
api:ous-qa3                    GET     delivered                sees
api:ous-qa3                    GET     delivered+csv            sees
api:ous-qa3                    GET     deleted_member           draft
api:ous-qa3                    POST    delivered+problem        makes-report
api:ous-qa3-report             GET     problem                  sees
api:ous-qa3-report             POST    problem+answer           reviews
api:exec-block-list            GET     -                        known
api:exec-block-list            GET     -+csv                    known
api:exec-block-list            GET     -+votable                known
api:exec-block-detail          GET     run                      sees
api:exec-block-detail          GET     deleted_run              draft
api:exec-block-qa0             POST    run+fail                 judges
api:exec-block-qa0             POST    draft_run+fail           draft-judges
api:reason-list                GET     -                        known
api:late-verdict-list          GET     -                        staff-list
api:late-verdict-list          GET     -+csv                    staff-list
api:calibration-list           GET     -                        all-staff
api:calibration-list           GET     -+csv                    all-staff
api:calibration-list           POST    -+calibration            makes-calibration
api:calibration-detail         GET     calibration              all-staff
api:calibration-detail         POST    calibration+correction   calibrates-done
api:delivery-list              GET     -                        known
api:delivery-list              GET     -+csv                    known
api:blanket-list               GET     -                        extends
api:blanket-list               GET     -+csv                    extends
api:blanket-list               POST    -+blanket                extends-done
api:season-list                GET     -                        extends
api:season-list                GET     -+csv                    extends
api:season-list                POST    -+season                 extends-done
api:season-detail              GET     season                   extends
api:season-undo                POST    season                   extends-done
api:ous-clock                  GET     member                   sees
api:ous-clock                  GET     deleted_member           draft
api:ous-clock                  POST    member+release           makes-release
api:ous-clock                  POST    member+correct           makes-correction
api:event-feed                 GET     -                        known
api:event-feed                 GET     -+csv                    known
api:ingest-list                GET     -                        admin
api:ingest-list                GET     -+csv                    admin
api:ingest-list                POST    -+records                admin-queues
api:ingest-job                 GET     job                      admin
api:source-list                GET     -                        admin
api:source-detail              GET     source                   admin
api:token-list                 GET     -                        known
api:token-list                 GET     -+csv                    known
api:token-list                 POST    -+label                  makes
api:token-detail               DELETE  own_token                removes
api:token-detail               DELETE  pi_token                 pi-removes
api:viewing-list               GET     -                        admin
api:viewing-requests           GET     viewing                  admin
api:me                         GET     -                        known
api:schema                     GET     -                        public
api:docs                       GET     -                        public
api:elsewhere                  GET     nothing                  nothing
api:elsewhere                  GET     spelled                  moved
api:elsewhere                  POST    nothing                  nothing
api:elsewhere                  POST    spelled                  moved-as-asked
"""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "BREW")
SAFE = ("GET", "HEAD")
# Doors that ask who it is before they look at the method, or that ask nobody.
LOGIN_FIRST = frozenset({"accounts:settings", "accounts:token-create", "accounts:token-revoke"})
# Addresses that give nothing but a file.
FILES = frozenset({"projects:exec-block-report-pdf", "projects:ous-qa2-pdf", "product-file"})
ASKS_NOBODY = frozenset({"api:schema", "api:docs"})
READS_BY_POST = frozenset({"api:ous-batch"})
# The address itself is what allows it: mail programs post there, from no form of ours.
POSTED_TO_FROM_OUTSIDE = frozenset({"mail-unsubscribe"})
TAKES_EVERYTHING = frozenset({"api:elsewhere"})
# A token makes and revokes no tokens.
BY_SESSION_ONLY = frozenset(
    {"api:token-list", "api:token-detail", "api:project-tokens", "api:project-token"}
)
# What a token of a project opens; all else is closed to it, seen or not.
OPEN_TO_PROJECT_TOKENS = frozenset(
    """
    api:project-list api:project-detail api:project-tree api:project-matrix
    api:ous-list api:ous-batch api:ous-detail api:ous-status api:ous-history
    api:ous-exec-blocks api:ous-files api:ous-clock api:ous-qa2
    api:sched-block-list api:sched-block-detail api:sched-block-history
    api:exec-block-list api:exec-block-detail api:file-list api:reason-list
    api:delivery-list api:event-feed api:schema api:docs api:elsewhere product-file
    """.split()
)
# What stays closed to who sees the site as somebody else, and the two ways out of that.
CLOSED = frozenset(
    {
        "accounts:settings",
        "accounts:token-create",
        "accounts:token-revoke",
        "accounts:logout",
        "delegations",
        "projects:project-access",
        "api:project-access",
        "api:project-delegation",
        "api:project-co-i-download",
        "api:project-tokens",
        "api:project-token",
        "product-file",
        "api:file-list",
        "api:ous-files",
        "api:token-list",
        "api:token-detail",
        "api:viewing-list",
        "api:viewing-requests",
        "mail",
        "mail-detail",
        "mail-html",
        "mail-resend",
        "mail-bounced",
        "mail-settings",
        "mail-sample",
        "mail-unsubscribe",
        "projects:added-value",
        "api:mail-list",
        "api:added-value",
        "projects:ous-files",
        # The work of the staff, which people outside are told nothing of.
        "qa-queues",
        "qa-seasons",
        "qa-season",
        "api:season-list",
        "api:season-detail",
        "api:season-undo",
        "qa-queue",
        "qa-turnaround",
        "qa-calibrations",
        "qa-calibration-new",
        "qa-calibration",
        "api:calibration-list",
        "api:calibration-detail",
        "projects:ous-assignment",
        "projects:ous-blocked",
        "projects:ous-tickets",
        "projects:ous-journal",
        "api:ous-work",
        "api:ous-assignment",
        "api:ous-blocked",
        "api:ous-tickets",
        "api:ous-journal",
        "api:turnaround",
        "api:turnaround-list",
        "api:queue-list",
        "api:queue-detail",
        "view-as",
        "view-as-log",
        "view-as-pages",
        "view-as-stop",
    }
)
WAYS_OUT = frozenset({"accounts:logout", "view-as-stop"})
ASKS_NO_SESSION = frozenset({"healthz", "readyz"})


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
        return self.is_api or self.variant in {"csv", "json"} or self.route in FILES

    @property
    def reads(self) -> bool:
        """Whether it only reads, by whatever method."""
        return self.method in SAFE or self.route in READS_BY_POST

    @property
    def opens_to_project_tokens(self) -> bool:
        """Whether a token of a project opens the door."""
        if self.route in TAKES_EVERYTHING:
            return True
        return self.route in OPEN_TO_PROJECT_TOKENS and self.reads

    def expected(self, actor: str, by: str = "") -> Told:
        """What the table says that somebody is answered, where it matters by what way in."""
        if actor in TOKENS and not self.takes_tokens:
            return self.answers[-1][0]
        if actor == "project_token" and not self.opens_to_project_tokens:
            return 403 if self.is_api else self.answers[-1][0]
        known = actor in PEOPLE or actor in _WORKING_TOKENS
        by_token = known and (by == "token" or actor in TOKENS)
        if by_token and self.route in BY_SESSION_ONLY and not self.reads:
            return 403
        if actor == "read_only_token" and not self.reads and self.route not in TAKES_EVERYTHING:
            return 403
        return next(told for told, group in self.answers if actor in group)

    def expected_as(self, person: str) -> Told:
        """What somebody is answered who sees the site as ``person``."""
        if self.route in WAYS_OUT:
            return 302
        if self.method not in SAFE or self.route in CLOSED:
            return 403
        return self.expected(person)

    def __str__(self) -> str:
        variant = f"+{self.variant}" if self.variant else ""
        return f"{self.method} {self.route} {self.target}{variant}"


def _clauses(line: str, is_api: bool) -> tuple[tuple[Told, frozenset[str]], ...]:
    words: dict[str, Told] = (
        {"gate": 401, "done": 200} if is_api else {"gate": "login", "done": 302}
    )
    return tuple(
        (
            words.get(told) or int(told),
            frozenset().union(*(GROUPS[name] for name in names)) if names else frozenset(ACTORS),
        )
        for told, *names in map(str.split, line.split("|"))
    )


def _row(line: str) -> Row:
    route, method, what, name = line.split()
    target, _, variant = what.partition("+")
    return Row(route, method, target, variant, _clauses(_NAMED[name], route.startswith("api:")))


_NAMED = dict(line.split(None, 1) for line in _ANSWERS.splitlines() if line)
ROWS = tuple(_row(line) for line in _TABLE.splitlines() if line)
ROUTES = tuple(dict.fromkeys(row.route for row in ROWS))


def taken_methods(route: str) -> frozenset[str]:
    """The methods that an address has rows for; who takes GET takes HEAD."""
    methods = {row.method for row in ROWS if row.route == route}
    return frozenset(methods | ({"HEAD"} if "GET" in methods else set()))
