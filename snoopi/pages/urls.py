"""Addresses of the pages. ``<path:ref>`` takes a UID in any spelling, slashes included."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from snoopi.pages.views import (
    access,
    blankets,
    calibrations,
    clocks,
    deliveries,
    files,
    histories,
    home,
    ingest,
    judging,
    lists,
    mail,
    mail_wishes,
    matrix,
    moves,
    packages,
    plots,
    problems,
    project,
    queues,
    reviewing,
    search,
    seasons,
    things,
    turnaround,
    view_as,
    working,
)
from snoopi.pages.views import help as help_views


class NameConverter(StringConverter):
    """Any name that a file may have, line breaks and slashes included."""

    regex = r"[\s\S]+"


register_converter(NameConverter, "name")

project_patterns = [
    path("projects/", lists.projects, name="project-list"),
    path("projects/<path:ref>/access/", access.project_access, name="project-access"),
    path("projects/<path:ref>/history/", histories.project_history, name="project-history"),
    path("projects/<path:ref>/matrix/", matrix.project_matrix, name="project-matrix"),
    path("projects/<path:ref>/", project.project_detail, name="project-detail"),
    path("schedblocks/", lists.sched_blocks, name="sched-block-list"),
    path(
        "schedblocks/<path:ref>/history/",
        histories.sched_block_history,
        name="sched-block-history",
    ),
    path("schedblocks/<path:ref>/state/", moves.sched_block_state, name="sched-block-state"),
    path("schedblocks/<path:ref>/", things.sched_block_detail, name="sched-block-detail"),
    path("ous/<path:ref>/history/", histories.ous_history, name="ous-history"),
    path("ous/<path:ref>/files/", packages.ous_files, name="ous-files"),
    path("ous/<path:ref>/pipeline/", packages.ous_pipeline, name="ous-pipeline"),
    path("ous/<path:ref>/state/", moves.ous_state, name="ous-state"),
    path("ous/<path:ref>/added-value/", mail.added_value, name="added-value"),
    path("ous/<path:ref>/qa2/undo/", reviewing.ous_qa2_undo, name="ous-qa2-undo"),
    path("ous/<path:ref>/qa2/", reviewing.ous_qa2, name="ous-qa2"),
    path("ous/<path:ref>/qa2.pdf", reviewing.ous_qa2_pdf, name="ous-qa2-pdf"),
    path("ous/<path:ref>/qa3/<int:number>/", problems.ous_qa3_report, name="ous-qa3-report"),
    path("ous/<path:ref>/qa3/", problems.ous_qa3, name="ous-qa3"),
    path("ous/<path:ref>/clock/", clocks.ous_clock, name="ous-clock"),
    path("ous/<path:ref>/assignment/", working.ous_assignment, name="ous-assignment"),
    path("ous/<path:ref>/blocked/", working.ous_blocked, name="ous-blocked"),
    path("ous/<path:ref>/tickets/", working.ous_tickets, name="ous-tickets"),
    path("ous/<path:ref>/journal/", working.ous_journal, name="ous-journal"),
    path("ous/<path:ref>/late-verdict/", judging.late_verdict, name="late-verdict"),
    path("ous/<path:ref>/", things.ous_detail, name="ous-detail"),
    path("execblocks/<path:ref>/plots/<slug:name>/", plots.exec_block_plot, name="exec-block-plot"),
    path("execblocks/<path:ref>/qa0/", judging.exec_block_qa0, name="exec-block-qa0"),
    path("execblocks/<path:ref>/report.pdf", things.exec_block_pdf, name="exec-block-report-pdf"),
    path("execblocks/<path:ref>/", things.exec_block_detail, name="exec-block-detail"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("news/read/", home.news_read, name="news-read"),
    path("search/", search.search, name="search"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/blankets/", blankets.blankets, name="blankets"),
    path("files/<int:pk>/<name:name>", files.product_file, name="product-file"),
    path("help/", help_views.help_page, name="help"),
    path("ingest/", ingest.ingest, name="ingest"),
    path("ingest/sources/<str:name>/poll/", ingest.source_poll, name="source-poll"),
    path("mail/", mail.ledger, name="mail"),
    path("mail/<int:pk>/", mail.one_mail, name="mail-detail"),
    path("mail/<int:pk>/html/", mail.as_html, name="mail-html"),
    path("mail/<int:pk>/resend/", mail.send_again, name="mail-resend"),
    path("mail/<int:pk>/bounced/", mail.bounced, name="mail-bounced"),
    path("mail/unsubscribe/<str:token>/", mail_wishes.unsubscribe, name="mail-unsubscribe"),
    path("settings/delegations/", access.delegations, name="delegations"),
    path("settings/mail/", mail_wishes.mail_settings, name="mail-settings"),
    path("settings/mail/sample/", mail_wishes.sample, name="mail-sample"),
    path("qa/", queues.queues, name="qa-queues"),
    path("qa/calibrations/", calibrations.calibrations, name="qa-calibrations"),
    path("qa/calibrations/new/", calibrations.enter, name="qa-calibration-new"),
    path("qa/calibrations/<int:number>/", calibrations.calibration, name="qa-calibration"),
    path("qa/seasons/", seasons.seasons, name="qa-seasons"),
    path("qa/seasons/<int:number>/", seasons.season, name="qa-season"),
    path("qa/turnaround/", turnaround.turnaround, name="qa-turnaround"),
    path("qa/<str:name>/", queues.queue, name="qa-queue"),
    path("view-as/", view_as.view_as, name="view-as"),
    path("view-as/stop/", view_as.stop, name="view-as-stop"),
    path("view-as/log/", view_as.log, name="view-as-log"),
    path("view-as/log/<int:pk>/", view_as.viewed_pages, name="view-as-pages"),
    path("", include((project_patterns, "projects"))),
    path("", include("accounts.urls")),
]
