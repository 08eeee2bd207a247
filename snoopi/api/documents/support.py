"""Who helps, what to cite, and the season of an SB, as documents."""

from projects.models import Project, SchedBlock
from projects.season import Window
from snoopi.api.shapes import blocks, projects
from snoopi.seasons import season_told
from snoopi.support import citation_of, contact_of


def contact_document(project: Project) -> projects.Contact:
    """Who helps with a project; read it with its contact scientist."""
    found = contact_of(project)
    centre = found.centre
    return projects.Contact(
        scientist=found.scientist or None,
        arc=found.arc or None,
        name=centre.name if centre else None,
        site=centre.site if centre else None,
        helpdesk=centre.helpdesk if centre else None,
        text=centre.contact if centre else None,
    )


def citation_document(project: Project) -> projects.Citation | None:
    """What a paper on a project has to say."""
    found = citation_of(project)
    if found is None:
        return None
    return projects.Citation(
        code=found.code,
        acknowledgement=found.acknowledgement,
        arc=found.arc or None,
        source=found.source,
    )


def season_document(block: SchedBlock) -> blocks.Season:
    """The season of an SB; read it with its parents."""
    told = season_told(block)
    season = told.season
    cycle = season.cycle
    return blocks.Season(
        cycle=season.cycle_code or None,
        cycle_name=cycle.name if cycle else None,
        first_day=cycle.first_day if cycle else None,
        last_day=cycle.last_day if cycle else None,
        is_over=season.is_over,
        allowed_configurations=[*season.allowed],
        any_time=season.any_time,
        windows=[window_document(row) for row in season.windows],
        now=window_document(season.now) if season.now else None,
        next=window_document(season.next) if season.next else None,
        carried_over=season.carried_over,
        carried_over_to=block.carried_to or None,
        when_text=told.when,
        ends_text=told.ends,
        carry_over_text=told.carry_over,
    )


def window_document(window: Window) -> blocks.Window:
    """A row of the configuration schedule."""
    return blocks.Window(
        cycle=window.cycle,
        configurations=[*window.configurations],
        first_day=window.first_day,
        last_day=window.last_day,
        confidence=window.confidence,
        source=window.source,
    )
