"""Take the pictures of the README from a demo observatory of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.servers.browser import QUIET, find_program
from tests.servers.processes import Server, free_port, new_folder

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
# Making the demo observatory takes most of it.
_PATIENCE_S = 600
_WIDE: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 390, "height": 780}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: whose page, where, and how it is looked at.

    ``follow`` is the text of a link on that page that leads to the one meant, ``middle``
    what has to be there and stands in the middle.
    """

    name: str
    path: str
    who: str = "jsmith"
    scheme: Literal["light", "dark"] = "light"
    is_phone: bool = False
    follow: str = ""
    middle: str = ""


PICTURES = (
    Picture("home", "/"),
    Picture("projects", "/projects/"),
    Picture("project", "/projects/2013.1.00269.S/"),
    Picture("matrix", "/projects/2013.1.00269.S/matrix/"),
    Picture("sched-block", "/schedblocks/?q=SgrB2_a_03_7M", follow="SgrB2_a_03_7M"),
    Picture("exec-block", "/execblocks/uid___A002_X85dcf7_Xefe/"),
    Picture(
        "plots",
        "/execblocks/uid___A002_X85dcf7_Xefe/",
        follow="Elevation and azimuth",
        middle=".plot .main-svg",
    ),
    Picture("qa0", "/execblocks/uid___A002_Xde300365_X7/qa0/", who="aod"),
    Picture("member-ous", "/ous/uid___A001_X121_X4bc/"),
    Picture("qa2", "/ous/uid___A001_Xde300366_Xd/qa2/", who="qa"),
    Picture("clock", "/ous/uid___A001_Xde300367_Xd/", who="napi", middle="#delivery"),
    Picture("then", "/projects/2013.1.00269.S/?at=2014-07-02"),
    Picture("turnaround", "/qa/turnaround/", who="drm"),
    Picture("calibrations", "/qa/calibrations/", who="qa"),
    Picture("access", "/projects/2013.1.00269.S/access/"),
    Picture("deliveries", "/deliveries/", who="drm"),
    Picture("mail", "/mail/", who="napi"),
    Picture(
        "mail-detail", "/mail/", who="napi", follow="ALMA data delivered: 2025.1.90103.S, HLTau_e"
    ),
    Picture("search", "/search/?q=SgrB2"),
    Picture("ingest", "/ingest/", who="admin"),
    Picture("help", "/help/"),
    Picture("project-dark", "/projects/2013.1.00269.S/", scheme="dark"),
    Picture("project-phone", "/projects/2013.1.00269.S/", is_phone=True),
)


def main() -> None:
    """Start a demo observatory, look at every page, and write docs/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served() as (url, password), browser() as chromium:
        for picture in PICTURES:
            take(chromium, url, password, picture)
            print(f"docs/pictures/{picture.name}.png")


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """Serve a new demo observatory; answer its address and the password of its people."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    folder = new_folder("snoopi-pictures")
    server = Server(
        [sys.executable, ROOT / "manage.py", "up", "--port", str(port)],
        folder=folder,
        environment={"VAR_DIR": str(folder / "var"), "BASE_URL": url, "PATH": os.environ["PATH"]},
    )
    try:
        server.await_answer(
            lambda: urlopen(f"{url}/healthz", timeout=5).close(), OSError, patience_s=_PATIENCE_S
        )
        yield url, (folder / "var" / "demo_password").read_text().strip()
    finally:
        server.stop()


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a headless browser."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_program(), args=list(QUIET))
        yield chromium
        chromium.close()


def take(chromium: Browser, url: str, password: str, picture: Picture) -> None:
    """Log in and take one picture."""
    context = chromium.new_context(
        base_url=url,
        color_scheme=picture.scheme,
        viewport=_PHONE if picture.is_phone else _WIDE,
        reduced_motion="reduce",
    )
    page: Page = context.new_page()
    page.goto("/login/")
    page.get_by_label("User name").fill(picture.who)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.goto(picture.path)
    if picture.follow:
        page.get_by_role("link", name=picture.follow).first.click()
    page.wait_for_load_state("networkidle")
    if picture.middle:
        page.locator(picture.middle).first.evaluate("it => it.scrollIntoView({block: 'center'})")
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main()
