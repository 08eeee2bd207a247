"""What was mailed, and the links of added-value products."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from deliveries import models
from deliveries.letters import subject_of
from deliveries.links import LINKS
from deliveries.models import Notice, NoticeKind, NoticeState
from deliveries.permissions import can_enter_added_value
from deliveries.services.added_value import enter_added_value
from projects.links import LONGEST_LINK
from projects.models import MemberOUS
from snoopi.api.base import ApiRequest, ApiView, body_object, found_or_404, text_field
from snoopi.api.conditional import Validators
from snoopi.api.errors import BadValue
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, query, reads, writes
from snoopi.api.shapes.mail import AddedValue, AddedValueRequest, Mail
from snoopi.api.views.ous import find_ous
from snoopi.bell import ring_mail

_STATE = query("state", "One state alone.", {"type": "string", "enum": NoticeState.values})
_KIND = query("kind", "One kind alone.", {"type": "string", "enum": NoticeKind.values})


class MailList(ApiView):
    """What was mailed to the caller, for staff to everybody; newest first."""

    order = ("-pk",)

    @reads(ListOf(Mail), "List mails", parameters=[_STATE, _KIND])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        rows = Notice.objects.visible_to(request.user).with_subjects()
        for name, words in (("state", NoticeState.values), ("kind", NoticeKind.values)):
            word = request.query_params.get(name) or ""
            if word and word not in words:
                raise BadValue(name, f"“{word[:40]}” is none", words)
            rows = rows.filter(**{name: word}) if word else rows
        return paginated(self, request, rows, told_mail)


def told_mail(notice: Notice) -> Mail:
    """A mail as a document; read it with its subjects."""
    return Mail(
        id=notice.pk,
        kind=notice.kind,
        subject=subject_of(notice.kind, notice.facts),
        to=notice.address,
        recipient=notice.recipient.username if notice.recipient else None,
        project=notice.project.ref if notice.project else None,
        ous=notice.member_ous.ref if notice.member_ous else None,
        uid=notice.member_ous.uid if notice.member_ous else None,
        state=notice.state,
        edition=notice.edition,
        created_at=notice.created_at,
        sent_at=notice.sent_at,
        attempts=notice.attempts,
        possibly_twice=notice.possibly_twice,
        problem=notice.error or None,
        message_id=notice.message_id,
    )


class OUSAddedValue(ApiView):
    """Where the added-value products of a member OUS are."""

    @writes(
        {201: AddedValue},
        "Enter the links of added-value products",
        body=AddedValueRequest,
        parameters=[IF_MATCH],
        named=True,
        refuses=[412, 428],
    )
    def post(self, request: ApiRequest, ref: str) -> Response:
        user = request.user
        ous = find_ous(user, ref)
        if not can_enter_added_value(user):
            raise PermissionDenied("Your account may not enter added-value products.")
        member = found_or_404(ous if isinstance(ous, MemberOUS) else None)
        seen = Validators.of(member, user).check_write(request)
        added = enter_added_value(
            member,
            links=_links(body_object(request)),
            actor=user,
            expected_version=member.version if seen else None,
        )
        ring_mail()
        headers = Validators.of(find_ous(user, member.ref), user).headers()
        return Response(_told(added), HTTPStatus.CREATED, headers=headers)


def _links(body: dict[str, Any]) -> dict[str, str]:
    return {name: text_field(body, name, longest=LONGEST_LINK) for name in LINKS if name in body}


def _told(added: models.AddedValue) -> AddedValue:
    mails = Notice.objects.filter(member_ous=added.member_ous, kind=NoticeKind.ADDED_VALUE)
    return AddedValue(
        ref=added.member_ous.ref,
        calibrated_ms=added.calibrated_ms,
        weblog=added.weblog,
        admit=added.admit,
        article=added.article,
        entered_by=added.entered_by.username if added.entered_by else None,
        source=added.source or None,
        at=added.at,
        complete=added.is_complete,
        mailed=mails.exists(),
    )
