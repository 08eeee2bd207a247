"""All addresses under /api/v1/."""

from django.urls import path, re_path, register_converter

from snoopi.api.refs import RefConverter, elsewhere
from snoopi.api.views import (
    blankets,
    blocks,
    deliveries,
    docs,
    events,
    files,
    ingest,
    judgements,
    mail,
    matrix,
    ous,
    people,
    projects,
    reviews,
    sources,
)

register_converter(RefConverter, "ref")

app_name = "api"
urlpatterns = [
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<ref:ref>/", projects.ProjectView.as_view(), name="project-detail"),
    path("projects/<ref:ref>/tree/", projects.ProjectTree.as_view(), name="project-tree"),
    path("projects/<ref:ref>/matrix/", matrix.ProjectMatrix.as_view(), name="project-matrix"),
    path("ous/", ous.OUSList.as_view(), name="ous-list"),
    path("ous/status/", ous.OUSBatch.as_view(), name="ous-batch"),
    path("ous/<ref:ref>/", ous.OUSView.as_view(), name="ous-detail"),
    path("ous/<ref:ref>/status/", ous.OUSStatus.as_view(), name="ous-status"),
    path("ous/<ref:ref>/history/", ous.OUSHistory.as_view(), name="ous-history"),
    path("ous/<ref:ref>/execblocks/", ous.OUSExecBlocks.as_view(), name="ous-exec-blocks"),
    path("ous/<ref:ref>/files/", files.OUSFiles.as_view(), name="ous-files"),
    path("ous/<ref:ref>/added-value/", mail.OUSAddedValue.as_view(), name="added-value"),
    path("ous/<ref:ref>/clock/", deliveries.OUSClock.as_view(), name="ous-clock"),
    path("ous/<ref:ref>/state/", ous.OUSState.as_view(), name="ous-state"),
    path("ous/<ref:ref>/qa2/", reviews.OUSReview.as_view(), name="ous-qa2"),
    path("ous/<ref:ref>/qa2/undo/", reviews.OUSReviewUndo.as_view(), name="ous-qa2-undo"),
    path("schedblocks/", blocks.SchedBlockList.as_view(), name="sched-block-list"),
    path("schedblocks/<ref:ref>/", blocks.SchedBlockView.as_view(), name="sched-block-detail"),
    path(
        "schedblocks/<ref:ref>/history/",
        blocks.SchedBlockHistory.as_view(),
        name="sched-block-history",
    ),
    path(
        "schedblocks/<ref:ref>/state/",
        judgements.SchedBlockState.as_view(),
        name="sched-block-state",
    ),
    path("execblocks/", blocks.ExecBlockList.as_view(), name="exec-block-list"),
    path("execblocks/<ref:ref>/", blocks.ExecBlockView.as_view(), name="exec-block-detail"),
    path("execblocks/<ref:ref>/qa0/", judgements.ExecBlockQA0.as_view(), name="exec-block-qa0"),
    path("files/", files.FileList.as_view(), name="file-list"),
    path("reasons/", judgements.ReasonList.as_view(), name="reason-list"),
    path("deliveries/", deliveries.DeliveryList.as_view(), name="delivery-list"),
    path("deliveries/blankets/", blankets.BlanketList.as_view(), name="blanket-list"),
    path("events/", events.EventFeed.as_view(), name="event-feed"),
    path("ingest/", ingest.IngestList.as_view(), name="ingest-list"),
    path("ingest/<int:pk>/", ingest.IngestJobView.as_view(), name="ingest-job"),
    path("ingest/sources/", sources.SourceList.as_view(), name="source-list"),
    path("ingest/sources/<str:name>/", sources.SourceView.as_view(), name="source-detail"),
    path("tokens/", people.TokenList.as_view(), name="token-list"),
    path("tokens/<int:pk>/", people.TokenView.as_view(), name="token-detail"),
    path("view-as/", people.ViewingList.as_view(), name="viewing-list"),
    path("view-as/<int:pk>/requests/", people.ViewedPageList.as_view(), name="viewing-requests"),
    path("mail/", mail.MailList.as_view(), name="mail-list"),
    path("me/", people.MeView.as_view(), name="me"),
    path("schema/", docs.SchemaView.as_view(), name="schema"),
    path("docs/", docs.DocsView.as_view(), name="docs"),
    re_path(r"^(?P<path>.*)$", elsewhere, name="elsewhere"),
]
