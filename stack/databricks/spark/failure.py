"""How a failed cell is shown: as Databricks shows it, the frames of the notebook first of all."""

import linecache
import os
import traceback
from typing import List, Optional, Tuple

OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
RULE = "-" * 75
FRAMES = 30
ERROR_LIMIT = 10_000
TRACE_LIMIT = 200_000


def remember_source(name: str, text: str) -> None:
    """Lets tracebacks show the lines of a cell."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)


def describe(error: BaseException) -> Tuple[str, str]:
    """The error as type and message, and the traceback."""
    text = str(error).strip()
    message = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError):
        message = f"{type(error).__name__}: {error.msg} ({_place(error.filename)}, line {error.lineno})"
    return message[:ERROR_LIMIT], _trace(error, 0)[:TRACE_LIMIT]


def _place(filename: Optional[str]) -> str:
    return filename or "<unknown>"


def _trace(error: BaseException, depth: int) -> str:
    before = ""
    if depth < 3 and error.__cause__ is not None:
        before = _trace(error.__cause__, depth + 1)
        before += "\nThe above exception was the direct cause of the following exception:\n\n"
    elif depth < 3 and error.__context__ is not None and not error.__suppress_context__:
        before = _trace(error.__context__, depth + 1)
        before += "\nDuring handling of the above exception, another exception occurred:\n\n"
    if isinstance(error, SyntaxError):
        return before + "".join(traceback.format_exception_only(error))
    name = type(error).__name__
    head = f"{RULE}\n{name}{'Traceback (most recent call last)'.rjust(75 - len(name))}\n"
    frames = [one for one in traceback.extract_tb(error.__traceback__) if not one.filename.startswith(OWN)]
    shown = "".join(_frame(one) for one in _fewer(frames))
    places = "".join(f"{note}\n" for note in getattr(error, "__notes__", ()))
    return f"{before}{head}{shown}{places}\n{name}: {error}\n"


def _fewer(frames: List[traceback.FrameSummary]) -> List[traceback.FrameSummary]:
    return frames if len(frames) <= FRAMES else [*frames[: FRAMES // 2], *frames[-FRAMES // 2 :]]


def _frame(frame: traceback.FrameSummary) -> str:
    inside = "" if frame.name == "<module>" else f", in {frame.name}(…)"
    where = f"File {frame.filename}, line {frame.lineno}{inside}\n" if _is_cell(frame) else f"File {frame.filename}:{frame.lineno}{inside}\n"
    number = frame.lineno or 1
    lines = []
    for at in range(max(1, number - 2), number + 3):
        text = linecache.getline(frame.filename, at)
        if text and (_is_cell(frame) or at == number):
            mark = f"----> {at} " if at == number else f"{at:>7} "
            lines.append(mark + text.rstrip("\n") + "\n")
    return where + "".join(lines) + ("\n" if lines else "")


def _is_cell(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith("<command-")
