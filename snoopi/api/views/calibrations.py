"""QA1: calibrations of the array, for staff."""

import math
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpResponseBase
from rest_framework.exceptions import PermissionDenied
from rest_framework.response import Response

from projects.permissions import can_keep_journal
from qa.calibrations import LONGEST_REASON, LONGEST_SUMMARY, CalibrationFacts, CalibrationKind
from qa.models import Calibration
from qa.models.calibration import Shown
from qa.permissions import can_enter_calibrations
from qa.services.calibrations import correct_calibration, enter_calibration
from snoopi.api import filters
from snoopi.api.base import ApiRequest, ApiView, body_object, found_or_404, text_field
from snoopi.api.conditional import Validators, answer
from snoopi.api.documents.calibrations import calibration_line, calibration_record
from snoopi.api.errors import BadValue
from snoopi.api.filters import Asked, Filter
from snoopi.api.pagination import paginated
from snoopi.api.schema import IF_MATCH, ListOf, reads, writes
from snoopi.api.shapes.calibrations import (
    CalibrationCorrection,
    CalibrationLine,
    CalibrationRecord,
    CalibrationRequest,
)
from snoopi.api.views.deliveries import moment_of


def _of_kind(rows: Any, asked: Asked) -> Any:
    return rows.filter(kind__in=asked.words([*CalibrationKind]))


def _of_antenna(rows: Any, asked: Asked) -> Any:
    return rows.filter(antenna__in=["", asked.text.strip().upper()])


def _of_band(rows: Any, asked: Asked) -> Any:
    return rows.of_band(int(asked.word(filters.BANDS)))


def _on_day(rows: Any, asked: Asked) -> Any:
    return rows.shown(Shown.VALID, asked.moment())


_FILTERS = (
    Filter("kind", "Kinds, comma between.", _of_kind, tuple(CalibrationKind)),
    Filter("antenna", "What may count for an antenna.", _of_antenna),
    Filter("band", "What may count for a band.", _of_band),
    Filter("day", "What is valid at a moment; all that was ever said without it.", _on_day),
)


class CalibrationList(ApiView):
    """Calibrations of the array, the newest first."""

    order = ("-pk",)

    @reads(ListOf(CalibrationLine), "List calibrations", filters=_FILTERS, refuses=[403])
    def get(self, request: ApiRequest) -> HttpResponseBase:
        _need_staff(request)
        rows = Calibration.objects.visible_to(request.user).with_things()
        rows = filters.narrowed(rows, _FILTERS, request)
        return paginated(self, request, rows, calibration_line)

    @writes({201: CalibrationRecord}, "Enter a calibration", body=CalibrationRequest)
    def post(self, request: ApiRequest) -> Response:
        _need_right(request)
        row = enter_calibration(facts=_facts(body_object(request)), actor=request.user)
        return _told(row, HTTPStatus.CREATED)


class CalibrationView(ApiView):
    """One calibration with all that was ever said on it."""

    @reads(CalibrationRecord, "Read a calibration", conditional=True, refuses=[403])
    def get(self, request: ApiRequest, number: int) -> HttpResponseBase:
        _need_staff(request)
        document = calibration_record(_found(request, number))
        return answer(request, _validators(document), lambda: document)

    @writes(
        {200: CalibrationRecord},
        "Correct a calibration",
        body=CalibrationCorrection,
        parameters=[IF_MATCH],
        refuses=[404, 412, 428],
    )
    def post(self, request: ApiRequest, number: int) -> Response:
        _need_right(request)
        row = _found(request, number)
        newest = calibration_record(row)
        seen = _validators(newest).check_write(request)
        body = body_object(request)
        corrected = correct_calibration(
            row,
            facts=_facts(body),
            reason=text_field(body, "reason", longest=LONGEST_REASON),
            actor=request.user,
            expected=newest["number"] if seen else None,
        )
        return _told(corrected, HTTPStatus.OK)


def _need_staff(request: ApiRequest) -> None:
    if not can_keep_journal(request.user):
        raise PermissionDenied("The array's calibrations are for staff of the observatory.")


def _need_right(request: ApiRequest) -> None:
    if not can_enter_calibrations(request.user):
        raise PermissionDenied("Your account may not enter calibrations of the array.")


def _found(request: ApiRequest, number: int) -> Calibration:
    rows = Calibration.objects.visible_to(request.user)
    return found_or_404(rows.filter(pk=number).first())


def _told(row: Calibration, status: HTTPStatus) -> Response:
    document = calibration_record(row)
    return Response(document, status=status, headers=_validators(document).headers())


def _validators(document: CalibrationRecord) -> Validators:
    """The newest word is the version: whoever writes must have seen it."""
    base, said = f"{document['number']}-staff", len(document["history"])
    return Validators(base, f'"{base}-{said}"', document["history"][0]["recorded_at"])


def _facts(body: dict[str, Any]) -> CalibrationFacts:
    texts = {"antenna": 20, "array": 4, "source": 80, "summary": LONGEST_SUMMARY, "kind": 12}
    said = {name: text_field(_plain(body), name, longest=most) for name, most in texts.items()}
    withdrawn = body.get("withdrawn", False)
    if not isinstance(withdrawn, bool):
        raise BadValue("withdrawn", "must be true or false")
    begins = _moment(body, "valid_from")
    return CalibrationFacts(
        **said,
        band=_band(body),
        measured_at=moment_of(body, "measured_at") or begins,
        valid_from=begins,
        valid_until=moment_of(body, "valid_until"),
        flux_jy=_number(body, "flux_jy"),
        flux_error_jy=_number(body, "flux_error_jy"),
        frequency_ghz=_number(body, "frequency_ghz"),
        is_withdrawn=withdrawn,
    )


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    """The body without what is null: that says as little as what is left out."""
    return {name: value for name, value in body.items() if value is not None}


def _moment(body: dict[str, Any], name: str) -> datetime:
    found = moment_of(body, name)
    if found is None:
        raise BadValue(name, "must be a time such as 2027-03-01T12:00:00Z")
    return found


def _band(body: dict[str, Any]) -> int | None:
    band = body.get("band")
    if band is not None and (isinstance(band, bool) or not isinstance(band, int)):
        raise BadValue("band", "must be a whole number")
    return band


def _number(body: dict[str, Any], name: str) -> float | None:
    number = body.get(name)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > 1e9:
        raise BadValue(name, "must be a number")
    if not math.isfinite(number):
        raise BadValue(name, "must be a number")
    return float(number)
