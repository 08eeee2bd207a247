"""What one part of a path names: a project, an OUS, an execution block, a data set.

Pure. ALMA's own spellings of all cycles; what a part does not clearly name it does not name:
``A002`` is an execution block only by habit, so the rest of the name must say so.
"""

import re
from dataclasses import dataclass

_LOOSE = re.IGNORECASE | re.ASCII
_CODE = r"\d{4}\.[0-9A-Z]\.\d{5}\.(?:CAL|CSV|SIM|SV|[STVLPE])"
_UID = r"uid[_:]{1,3}(A\d{3})[_/](X[0-9a-f]+)[_/](X[0-9a-f]+)"
_CODE_INSIDE = re.compile(rf"(?<![0-9A-Za-z.])({_CODE})(?![0-9A-Za-z])", _LOOSE)
_LEVELS = {"s": "science_goal", "g": "group_ous", "m": "member_ous"}
_LEVEL_WORD = (
    r"(?P<level>science_?goal|sg(?:_?ous+)?(?:_?id)?|g(?:roup)?(?:_?ous+)?(?:_?id)?"
    r"|m(?:ember)?(?:_?ous+)?(?:_?id)?)[._-]+"
)
_SET_FOLDER = re.compile(rf"{_LEVEL_WORD}(?P<uid>uid[_:].*)", _LOOSE)
_LEVEL_PREFIX = re.compile(rf"{_LEVEL_WORD}(?=uid[_:])", _LOOSE)
_SET_UID = re.compile(rf"{_UID}(?![0-9A-Za-z])", _LOOSE)
# Folders of the first cycles name the level and no UID.
_NAMELESS_SET = re.compile(r"(?P<level>sg|group|member)_?ous+(?:_[\d-]+)?_id", _LOOSE)
_FILE = re.compile(rf"(?:{_CODE}_)?{_UID}(?P<rest>[._].*)?", _LOOSE)
_OF_EXECUTION = re.compile(
    r"(?:_(?:target|line|cont|targets_line))?\.(?:ms|asdm)(?![a-z]).*"
    r"|.*(?:qa0_report|qa2_part\d|textfile|_flag\w*template)\b.*"
    r"|\.(?:calibration|wvrgcal|scriptfor\w*|antennapos|split)\b.*",
    _LOOSE,
)
_OF_MEMBER = re.compile(
    r"_\d{3}_of_\d{3}\b.*|_auxiliary\b.*|.*\.fits(?:\.gz)?"
    r"|.*\.(?:session_|\w*caltables|auxproducts|weblog|casa_commands|cont\.dat|flux\.csv"
    r"|readme|qa2_report|product_rename|pipeline_manifest|pprequest|casa_pipe\w*|mask\.).*",
    _LOOSE,
)
_DATA_SET = re.compile(
    r".*\.ms(?:\.split)?(?:\.cal)?|.*\.asdm(?:\.sdm)?|pipeline-\d{8}t\d{6}(?:_cal\w*)?", _LOOSE
)
_BARE_EXECUTION = re.compile(r"uid_{1,3}(A\d{3})_(X[0-9a-f]+)_(X[0-9a-f]+)", _LOOSE)


@dataclass(frozen=True, slots=True)
class Whose:
    """The member OUS or execution block that a file's name gives, "" where it gives none."""

    member: str = ""
    exec_block: str = ""


def code_in(part: str) -> str:
    """Answer the project code that a part of a path holds, "" where it holds none."""
    found = _CODE_INSIDE.findall(part) if "." in part else []
    return str(found[-1]).upper() if found else ""


def set_in(folder: str) -> tuple[str, str] | None:
    """Answer (level, UID) of a folder named for an OUS, None for any other folder.

    The UID is "" where the folder names a level and then no UID.
    """
    found = _SET_FOLDER.fullmatch(folder)
    if found is None:
        return None
    uid = _SET_UID.match(found["uid"])
    return _LEVELS[found["level"][0].lower()], _text(uid) if uid else ""


def is_set_folder(folder: str, level: str) -> bool:
    """Whether a folder is named for a level and no UID, as in the packages of Cycle 0."""
    found = _NAMELESS_SET.fullmatch(folder)
    return found is not None and found["level"].lower() == level


def whose(name: str) -> Whose:
    """Answer whose file it is, as its name tells."""
    of_member = name[:7].lower() == "member."
    found = _FILE.fullmatch(name[7:] if of_member else name)
    if found is None:
        return Whose()
    uid, rest = _text(found), found["rest"] or ""
    if of_member:
        return Whose(member=uid)
    if _OF_EXECUTION.fullmatch(rest):
        return Whose(exec_block=uid)
    return Whose(member=uid) if _OF_MEMBER.fullmatch(rest) else Whose()


def execution_of(name: str) -> str:
    """Answer the UID of the execution block whose file it is, "" where the name gives none."""
    return whose(name).exec_block or bare_execution(name)


def is_data_set(part: str) -> bool:
    """Whether a folder is one thing: what lies in it is no file of the package."""
    return bool(_DATA_SET.fullmatch(part))


def bare_execution(part: str) -> str:
    """Answer the UID of a name that is nothing else: raw data that were unpacked by hand."""
    found = _BARE_EXECUTION.fullmatch(part)
    return _text(found) if found else ""


def is_file_name(name: str) -> bool:
    """Whether a name that stands last can be a file's: ALMA's all end in a dot and a suffix."""
    if name.lower() == "readme" or is_data_set(name):
        return True
    return "." in _CODE_INSIDE.sub("", _LEVEL_PREFIX.sub("", name)).strip(".")


def names_something(name: str) -> bool:
    """Whether one part of a path names a project, OUS or execution block."""
    return bool(code_in(name) or (set_in(name) or ("", ""))[1] or whose(name) != Whose())


def names_something_in(path: str) -> bool:
    """Whether any part of a path does; a UID written with slashes is no path."""
    if path.lower().startswith("uid:"):
        return False
    return any(names_something(part) for part in path.split("/"))


def _text(found: re.Match[str]) -> str:
    archive, middle, last = found.group(1, 2, 3)
    return f"uid://{archive.upper()}/X{middle[1:].lower()}/X{last[1:].lower()}"
