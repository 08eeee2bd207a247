"""What pages say to whoever may not see; the access matrix has which of them answers whom."""

from django.urls import reverse
from django.utils import timezone

from tests.cast import FOREIGN_CODE


def test_search_for_a_foreign_name_says_no_more_than_for_an_invented_one(
    pi, foreign_project, logged_in, time_machine
):
    client = logged_in(pi)
    time_machine.move_to(timezone.now(), tick=False)

    real = client.get(reverse("search"), {"q": FOREIGN_CODE}).content.decode()
    invented = client.get(reverse("search"), {"q": "2013.1.88888.S"}).content.decode()

    def blank(text, code):
        return "\n".join(
            line for line in text.replace(code, "CODE").splitlines() if "csrf" not in line
        )

    assert blank(real, FOREIGN_CODE) == blank(invented, "2013.1.88888.S")


def test_missing_and_invisible_look_alike(stranger, cast_project, logged_in, time_machine):
    client = logged_in(stranger)
    time_machine.move_to(timezone.now(), tick=False)
    url = cast_project.get_absolute_url()

    invisible = client.get(url).content.decode()
    missing = client.get("/projects/2013.1.00268.S/").content.decode()

    def blank(text, code):
        lines = text.replace(code, "CODE").splitlines()
        return [line for line in lines if "csrf" not in line]

    assert blank(invisible, cast_project.ref) == blank(missing, "2013.1.00268.S")


def test_answers_stay_out_of_shared_caches(pi, logged_in):
    answer = logged_in(pi).get("/")

    assert answer["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request"} <= set(answer["Vary"].split(", "))


def test_session_that_ended_leads_htmx_to_the_log_in_page(cast_project, logged_in):
    answer = logged_in(None).get(cast_project.get_absolute_url(), headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == f"/login/?next={cast_project.get_absolute_url()}"
