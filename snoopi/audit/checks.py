"""All checks, in the order in which they are made."""

from snoopi.audit import (
    access,
    clocks,
    copies,
    log,
    notices,
    packages,
    problems,
    reviews,
    states,
    work,
)
from snoopi.audit.faults import Check

CHECKS = (
    Check("words", "states are words of their life cycle", states.words_are_known),
    Check("sets", "groups and science goals follow their member OUSs", states.sets_follow),
    Check("projects", "projects follow and count their member OUSs", states.projects_follow),
    Check("log", "the log leads to every state", log.states_replay),
    Check("steps", "every step taken here is legal", log.steps_are_legal),
    Check("verdicts", "the log leads to every QA0 verdict", log.executions_replay),
    Check("versions", "versions kept up with the log", log.versions_keep_up),
    Check("counts", "executions are counted", copies.executions_are_counted),
    Check("decisions", "QA0 decisions are on their rows", copies.executions_are_judged),
    Check("addresses", "addresses follow codes and UIDs", copies.addresses_follow),
    Check("sources", "what only sources tell is as they said", copies.sources_stand),
    Check("homes", "parts belong to one project", copies.projects_agree),
    Check("rounds", "QA2 rounds follow the log, verdicts their rounds", reviews.rounds_follow),
    Check("holds", "holds hold, and nobody outside was told", reviews.holds_hold),
    Check("reports", "problem reports follow the log and their rule", problems.reports_follow),
    Check("QA3", "QA3 goes on where state and clock say", problems.investigations_hold),
    Check("work", "who has work and what holds it up are on their rows", work.work_agrees),
    Check("clocks", "each clock started once and gives the stored end", clocks.clocks_agree),
    Check("deliveries", "deliveries are on their rows and in the log", packages.deliveries_agree),
    Check("under way", "deliveries under way are under way", packages.deliveries_under_way),
    Check("manifests", "delivered generations match their manifests", packages.manifests_hold),
    Check("notices", "notices match deliveries", notices.notices_match),
    Check("optional", "optional mails follow steps", notices.optional_notices_follow),
    Check("access", "who has access is as the log says", access.access_agrees),
    Check("claims", "claims are of what is on the way", notices.claims_hold),
)
