"""QA1: the array's calibration state over time, entering calibrations and correcting them."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from deliveries.moments import parse_moment
from projects.errors import StaleVersion
from projects.permissions import can_keep_journal
from qa.calibrations import HIGHEST_BAND, KIND_TITLES, LOWEST_BAND, CalibrationKind
from qa.errors import BadJudgement
from qa.models import Calibration
from qa.models.calibration import SHOWN, Shown
from qa.permissions import can_enter_calibrations
from qa.services.calibrations import correct_calibration, enter_calibration
from snoopi.keyset import BadCursor, every_page, page
from snoopi.pages.calibration_forms import CalibrationForm, CorrectionForm
from snoopi.pages.csv_files import list_csv
from snoopi.pages.doors import PageRequest, asked_text, members_only, takes_tokens
from snoopi.pages.listing import Column, changed
from snoopi.pages.views.moves import form_version

_PAGE_SIZE = 50
_ORDER = ("kind", "antenna", "-valid_from", "-pk")
COLUMNS = tuple(
    Column(key, title, ())
    for key, title in (
        ("number", "Number"),
        ("kind", "Kind"),
        ("array", "Array"),
        ("antenna", "Antenna"),
        ("band", "Band"),
        ("source", "Source"),
        ("measured", "Measured [UTC]"),
        ("from", "Valid from [UTC]"),
        ("until", "Until [UTC]"),
        ("flux", "Flux [Jy]"),
        ("error", "Error [Jy]"),
        ("frequency", "At [GHz]"),
        ("found", "What was found"),
        ("by", "By"),
        ("recorded", "Recorded [UTC]"),
        ("now", "Superseded by, or withdrawn"),
    )
)


@require_safe
@takes_tokens
@members_only
def calibrations(request: PageRequest) -> HttpResponseBase:
    """What holds of the array on a day, what ends soon, or all that was ever said."""
    _refuse_outsiders(request.user)
    day, asked = _day(request), _asked(request)
    everything = narrowed(Calibration.objects.visible_to(request.user), asked)
    rows = everything.shown(asked["show"], day).with_things()
    if request.GET.get("format") == "csv":
        return list_csv(request, "calibrations", COLUMNS, every_page(rows, order=_ORDER), cells)
    cursor = request.GET.get("cursor")
    try:
        found = page(rows, order=_ORDER, cursor=cursor, size=_PAGE_SIZE)
    except BadCursor:
        return redirect(request.path)
    context = {
        "rows": found.rows,
        "counts": everything.counted(day),
        "day": day,
        "asked": asked,
        "kinds": KIND_TITLES.items(),
        "bands": [str(band) for band in range(LOWEST_BAND, HIGHEST_BAND + 1)],
        "shows": SHOWN.items(),
        "may_enter": can_enter_calibrations(request.user),
        "next_url": changed(request.GET, cursor=found.next) if found.next else "",
        "first_url": changed(request.GET) if cursor else "",
        "csv_url": changed(request.GET, format="csv"),
    }
    return render(request, "pages/calibrations.html", context)


def _refuse_outsiders(user: User) -> None:
    if not can_keep_journal(user):
        raise PermissionDenied("The array's calibrations are for staff of the observatory.")


def _day(request: PageRequest) -> datetime:
    """The moment that the state is asked of, now where none or no time is typed."""
    text = asked_text(request.GET, "day", most=40)
    try:
        return parse_moment(text).astimezone(UTC) if text else timezone.now()
    except (ValueError, OverflowError):
        messages.warning(request, f"“{text}” is no time: shown is now. Write 2026-12-31.")
        return timezone.now()


def _asked(request: PageRequest) -> dict[str, str]:
    """What the filters ask for; what is no word of theirs is left out."""
    asked = {name: asked_text(request.GET, name, most=20) for name in ("kind", "antenna", "band")}
    show = asked_text(request.GET, "show", most=20)
    bands = [str(band) for band in range(LOWEST_BAND, HIGHEST_BAND + 1)]
    return {
        "kind": asked["kind"] if asked["kind"] in [*CalibrationKind] else "",
        "antenna": asked["antenna"].upper(),
        "band": asked["band"] if asked["band"] in bands else "",
        "show": show if show in [*Shown] else Shown.VALID.value,
        "day": asked_text(request.GET, "day", most=40),
    }


def narrowed(rows: Any, asked: dict[str, str]) -> Any:
    """Keep a kind, and what may count for an antenna or a band: what is for all counts too."""
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["antenna"]:
        rows = rows.filter(antenna__in=["", asked["antenna"]])
    return rows.of_band(int(asked["band"])) if asked["band"] else rows


def cells(row: Calibration) -> dict[str, Any]:
    """A record as CSV has it."""
    return {
        "number": row.pk,
        "kind": row.kind,
        "array": row.array,
        "antenna": row.antenna,
        "band": row.band,
        "source": row.source,
        "measured": row.measured_at,
        "from": row.valid_from,
        "until": row.valid_until,
        "flux": row.flux_jy,
        "error": row.flux_error_jy,
        "frequency": row.frequency_ghz,
        "found": row.summary,
        "by": row.by,
        "recorded": row.recorded_at,
        "now": row.place_words,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def enter(request: PageRequest) -> HttpResponseBase:
    """The form for a new record."""
    if not can_enter_calibrations(request.user):
        raise PermissionDenied("Entering calibrations of the array is not yours.")
    form = CalibrationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = enter_calibration(facts=form.facts(), actor=request.user)
        except BadJudgement as error:
            form.refuse(error)
        else:
            messages.success(request, f"It is on file, as number {row.pk}.")
            return redirect(row)
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "pages/calibration_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def calibration(request: PageRequest, number: int) -> HttpResponseBase:
    """One record: the newest word, all that was said before, and the form to correct it."""
    _refuse_outsiders(request.user)
    row = Calibration.objects.visible_to(request.user).filter(pk=number).first()
    if row is None:
        raise Http404("There is no such calibration.")
    if request.method == "POST":
        return _correct(request, row)
    return _show(request, row, None)


def _correct(request: PageRequest, row: Calibration) -> HttpResponse:
    if not can_enter_calibrations(request.user):
        raise PermissionDenied("Correcting calibrations of the array is not yours.")
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _show(request, row, form, HTTPStatus.BAD_REQUEST)
    try:
        newest = correct_calibration(
            row,
            facts=form.facts(),
            reason=form.cleaned_data["reason"],
            actor=request.user,
            expected=form_version(request),
        )
    except BadJudgement as error:
        form.refuse(error)
        return _show(request, row, form, HTTPStatus.BAD_REQUEST)
    except StaleVersion as error:
        messages.error(request, str(error))
        return _show(request, row, form, HTTPStatus.PRECONDITION_FAILED)
    messages.success(request, "It is corrected; what was said before stays readable below.")
    return redirect(newest)


def _show(
    request: PageRequest,
    row: Calibration,
    form: CorrectionForm | None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    line = list(Calibration.objects.line_of(row).with_things())
    counted = [one for one in line if one.set_aside_for_id is None]
    newest = counted[0]
    aside = [one for one in line if one.set_aside_for_id is not None]
    may_correct = can_enter_calibrations(request.user)
    context = {
        "row": newest,
        "line": counted,
        "aside": [one for one in aside if one.facts != newest.facts],
        "form": (form or CorrectionForm.of(newest)) if may_correct else None,
        "shown_version": newest.pk,
    }
    return render(request, "pages/calibration.html", context, status=status)
