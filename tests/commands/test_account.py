"""``manage.py account``: every option of the contract, and errors in one clear line."""

import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiToken, User
from projects.models import Event, Membership, Project
from tests.factories import make_project

pytestmark = pytest.mark.django_db
CODE, OTHER = "2013.1.00269.S", "2013.1.00270.S"
PASSWORD = "a long walk to Chajnantor"


@pytest.fixture
def project(db: None) -> Project:
    make_project(OTHER)
    return make_project(CODE)


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sits at the terminal: nothing is asked."""
    monkeypatch.setattr("sys.stdin", StringIO())


def account(*arguments: str) -> list[str]:
    """Run the command and answer the lines that it prints."""
    out = StringIO()
    call_command("account", *arguments, stdout=out)
    return out.getvalue().splitlines()


def ties(username: str) -> list[tuple[str | None, str, str]]:
    """The current ties of a person: code, role, kind."""
    current = Membership.objects.current().filter(user__username=username).order_by("pk")
    return list(current.values_list("project__code", "role", "kind"))


def test_account_is_created_with_all_that_is_named():
    lines = account(
        *("mpi", "--email", "m@example.org", "--name", "Maria P. I.", "--executive", "EU"),
        *("--arc", "EU", "--role", "qa", "--role", "aod", "--qualification", "QA2APPRV"),
    )

    user = User.objects.get()
    assert (user.username, user.email, user.name) == ("mpi", "m@example.org", "Maria P. I.")
    assert (user.executive, user.arc, user.roles) == ("EU", "EU", ["aod", "qa"])
    assert (user.qualifications, user.has_usable_password()) == (["QA2APPRV"], False)
    assert len(lines) == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC mpi created", lines[0])


def test_account_is_updated_in_what_is_named_and_keeps_the_rest():
    account("mpi", "--name", "Maria", "--role", "qa", "--email", "m@example.org")

    lines = account("MPI", "--arc", "NA", "--role", "drm")

    user = User.objects.get()
    assert lines[0].endswith(" UTC mpi updated")
    assert (user.name, user.email, user.arc, user.roles) == (
        "Maria",
        "m@example.org",
        "NA",
        ["drm"],
    )


@pytest.mark.parametrize(
    ("option", "value", "tie"),
    [
        ("--pi", CODE, (CODE, "PI", "")),
        ("--copi", CODE, (CODE, "COPI", "")),
        ("--coi", CODE.lower(), (CODE, "COI", "")),
        ("--delegee", f"{CODE}:DATA", (CODE, "DELEGEE", "DATA")),
        ("--delegee", f"{CODE}:phase2", (CODE, "DELEGEE", "PHASE2")),
        ("--delegee", f"{CODE}:TOO:2126-12-31", (CODE, "DELEGEE", "TOO")),
    ],
)
def test_tie_is_made(project, option, value, tie):
    account("mpi", option, value)

    assert ties("mpi") == [tie]


def test_options_may_be_repeated(project):
    account("mpi", "--pi", CODE, "--pi", OTHER, "--coi", OTHER, "--delegee", f"{CODE}:DATA")

    assert ties("mpi") == [
        (CODE, "PI", ""),
        (OTHER, "PI", ""),
        (OTHER, "COI", ""),
        (CODE, "DELEGEE", "DATA"),
    ]


def test_same_command_again_changes_nothing(project):
    command = ("mpi", "--pi", CODE, "--delegee", f"{CODE}:DATA:2015-01-01")
    account(*command)
    before = list(Membership.objects.values()), Event.objects.count()

    account(*command)

    assert (list(Membership.objects.values()), Event.objects.count()) == before


def test_new_pi_ends_the_membership_of_the_former(project):
    account("former", "--pi", CODE, "--pi", OTHER)

    account("successor", "--pi", CODE)

    assert ties("former") == [(OTHER, "PI", "")]
    assert ties("successor") == [(CODE, "PI", "")]
    assert list(Project.objects.visible_to(User.objects.get(username="former"))) == [
        Project.objects.get(code=OTHER)
    ]


@pytest.mark.parametrize(
    ("day", "ends_at"),
    [
        ("2126-12-31", datetime(2127, 1, 1, tzinfo=UTC)),
        ("2124-02-28", datetime(2124, 2, 29, tzinfo=UTC)),
        ("2015-06-30", datetime(2015, 7, 1, tzinfo=UTC)),
    ],
)
def test_delegation_ends_when_its_day_has_ended_past_days_included(project, day, ends_at):
    account("helper", "--delegee", f"{CODE}:DATA:{day}")

    assert Membership.objects.get().ends_at == ends_at
    assert bool(ties("helper")) is (ends_at.year > 2100)


def test_remove_ends_all_ties_to_that_project_alone(project):
    account("mpi", "--pi", CODE, "--delegee", f"{CODE}:DATA", "--coi", OTHER)

    account("mpi", "--remove", CODE)

    assert ties("mpi") == [(OTHER, "COI", "")]


def test_remove_and_tie_in_one_command_leave_the_new_tie(project):
    account("mpi", "--pi", CODE)

    account("mpi", "--remove", CODE, "--coi", CODE)

    assert ties("mpi") == [(CODE, "COI", "")]


@pytest.mark.parametrize(
    ("option", "scope"),
    [(["--token"], "read"), (["--token", "read"], "read"), (["--token", "write"], "write")],
)
def test_token_stands_alone_on_the_last_line(option, scope):
    lines = account("mpi", *option)

    assert re.fullmatch(r"[A-Za-z0-9_-]{32,}", lines[-1])
    token = ApiToken.objects.for_text(lines[-1]).get()
    assert (token.user.username, token.scope, token.expires_at) == ("mpi", scope, None)


def test_every_token_is_a_new_one():
    assert account("mpi", "--token")[-1] != account("mpi", "--token")[-1]
    assert ApiToken.objects.count() == 2


def test_password_comes_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\r\nnot this\n"))

    account("mpi", "--password-stdin")

    assert User.objects.get().check_password(PASSWORD) is True


def test_new_account_asks_for_a_password_at_a_terminal(monkeypatch):
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[str] = []

    def typed(prompt: str) -> str:
        asked.append(prompt)
        return PASSWORD

    monkeypatch.setattr("sys.stdin", Terminal())
    # The edge of the building: a person types here.
    monkeypatch.setattr("getpass.getpass", typed)

    account("mpi")
    account("mpi", "--name", "Maria")

    assert (len(asked), User.objects.get().check_password(PASSWORD)) == (1, True)


def test_password_stays_when_none_is_given(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO(PASSWORD))
    account("mpi", "--password-stdin")

    account("mpi", "--name", "Maria")

    assert User.objects.get().check_password(PASSWORD) is True


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["two words"], "is no user name"),
        (["mpi", "--email", "nonsense"], "valid email"),
        (["mpi", "--email", "taken@example.org"], "belongs to another account"),
        (["mpi", "--executive", "MARS"], "invalid choice"),
        (["mpi", "--arc", "CL"], "invalid choice"),
        (["mpi", "--role", "boss"], "invalid choice"),
        (["mpi", "--qualification", "QA2"], "invalid choice"),
        (["mpi", "--token", "all"], "invalid choice"),
        (["mpi", "--pi", "2013.1.99998.S"], "There is no project 2013.1.99998.S."),
        (["mpi", "--remove", "2013.1.99998.S"], "There is no project 2013.1.99998.S."),
        (["mpi", "--delegee", "2013.1.99998.S:DATA"], "There is no project 2013.1.99998.S."),
        (["mpi", "--delegee", CODE], "KIND"),
        (["mpi", "--delegee", f"{CODE}:FILES"], "KIND"),
        (["mpi", "--delegee", f"{CODE}:DATA:soon"], "“soon” is no date"),
        (["mpi", "--delegee", f"{CODE}:DATA:2026-02-30"], "“2026-02-30” is no date"),
        (["mpi", "--delegee", f"{CODE}:DATA:9999-12-31"], "date"),
        (["mpi", "--name", "n" * 201], "name"),
        (["mpi", "--name", "a\x00b"], "name"),
        (["mpi", "--email", f"{'e' * 250}@example.org"], ""),
        (["mpi", "--role", "qa", "--pi", CODE, "--coi", "nothing"], "There is no project nothing."),
    ],
)
def test_mistake_is_one_clear_line_and_changes_nothing(project, arguments, says):
    account("taken", "--email", "Taken@example.org")
    events = Event.objects.count()

    with pytest.raises(CommandError) as refusal:
        account(*arguments)

    assert says in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 1
    assert list(User.objects.values_list("username", flat=True)) == ["taken"]
    assert (Membership.objects.count(), Event.objects.count()) == (0, events)


@pytest.mark.parametrize("password", ["12345678901", "short", "password123"])
def test_weak_password_is_refused_and_makes_no_account(monkeypatch, password):
    monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))

    with pytest.raises(CommandError, match="password"):
        account("mpi", "--password-stdin")

    assert User.objects.count() == 0


def test_empty_password_on_standard_input_sets_none(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("\n"))

    account("mpi", "--password-stdin")

    assert User.objects.get().has_usable_password() is False


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as end:
        call_command("account", "--help")

    assert end.value.code == 0
    said = capsys.readouterr().out
    options = "email name executive arc role qualification pi copi coi delegee remove"
    for option in (*options.split(), "password-stdin", "token"):
        assert f"--{option}" in said
