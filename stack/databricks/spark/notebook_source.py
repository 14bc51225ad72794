"""Notebooks as text: what cells a file has, what each is for, and which notebook a path means. Pure."""

import ast
import json
import posixpath
import re
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

# Magics that make a whole cell something else than the notebook's language.
CELL_LANGUAGES = ("python", "sql", "md", "md-sandbox", "sh", "fs", "scala", "r")
COMMENTS = {"# ": "python", "-- ": "sql", "// ": "scala"}
HEADER = "Databricks notebook source"
# `%run` and, on a line below it, what is to be run.
PATH_BELOW = re.compile(r"^(%{1,2}run)[ \t]*\n((?:[ \t]*\n)*)[ \t]*(\S.*)$", re.MULTILINE)


class NotebookError(Exception):
    """The file is not a notebook that can be read."""


@dataclass(frozen=True)
class Cell:
    """One cell. `language` is one of CELL_LANGUAGES; `text` has no magic of the cell any more."""

    language: str
    text: str
    title: Optional[str] = None


@dataclass(frozen=True)
class Segment:
    """A piece of a Python cell: code from a line of the cell (0-based), or a magic of one line (`run`, `pip`, `!`, …)."""

    kind: str
    text: str
    line: int


def parse_notebook(text: str) -> List[Cell]:
    """The cells of a notebook: Jupyter when it is JSON, else Databricks' source format. A plain script is one cell."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    return _jupyter(text) if text.lstrip().startswith("{") else _source(text)


def _source(text: str) -> List[Cell]:
    first = text.split("\n", 1)[0]
    prefix = next((one for one in COMMENTS if first == one + HEADER), None)
    mark = prefix or "# "
    body = text.split("\n", 1)[1] if prefix and "\n" in text else "" if prefix else text
    parts = re.split(rf"^{re.escape(mark)}COMMAND -{{10}}[ \t]*$", body, flags=re.MULTILINE)
    cells = (_source_cell(part, mark, COMMENTS[mark]) for part in parts)
    return [cell for cell in cells if cell.text.strip() or cell.language != "python"]


def _source_cell(part: str, mark: str, language: str) -> Cell:
    title = None
    lines = []
    magic = mark + "MAGIC"
    for line in part.strip("\n").split("\n"):
        named = re.match(rf"{re.escape(mark)}DBTITLE \d,(.*)", line)
        if named and title is None:
            title = named.group(1)
        elif line.startswith(magic):
            lines.append(line[len(magic) :].removeprefix(" "))
        else:
            lines.append(line)
    return _cell("\n".join(lines), language, title)


def _jupyter(text: str) -> List[Cell]:
    try:
        book = json.loads(text)
    except ValueError as error:
        raise NotebookError(f"It begins as a Jupyter notebook does, and is no JSON: {error}") from None
    listed, metadata = book.get("cells"), book.get("metadata") or {}
    if not isinstance(listed, list) or not isinstance(metadata, dict):
        raise NotebookError("It is no Jupyter notebook of format 4: it has no cells")
    databricks = metadata.get("application/vnd.databricks.v1+notebook") or {}
    language = str(databricks.get("language") or "python").lower()
    cells = []
    for one in listed:
        source = one.get("source") or ""
        body = source if isinstance(source, str) else "".join(source)
        title = ((one.get("metadata") or {}).get("application/vnd.databricks.v1+cell") or {}).get("title") or None
        if one.get("cell_type") == "markdown":
            cells.append(Cell("md", body, title))
        elif one.get("cell_type") == "code" and body.strip():
            cells.append(_cell(body, language, title))
    return cells


def widgets_of(text: str) -> Dict[str, str]:
    """Values of the widgets that a Jupyter notebook of Databricks' was saved with: those made by hand are nowhere else."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return {}
    try:
        saved = json.loads(text.lstrip("\ufeff"))["metadata"]["application/vnd.databricks.v1+notebook"]["widgets"]
        values = {name: one.get("currentValue", one["widgetInfo"]["defaultValue"]) for name, one in saved.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _cell(text: str, language: str, title: Optional[str]) -> Cell:
    """Takes the magic off that says what the cell is."""
    head, _, rest = text.lstrip("\n \t").partition("\n")
    found = re.match(r"%{1,2}([\w-]+)(?:[ \t]+(.*)|[ \t]*$)", head)
    if found and found.group(1).lower() in CELL_LANGUAGES:
        first = found.group(2) or ""
        # An empty first line stays, so that a line of the cell keeps its number.
        return Cell(found.group(1).lower(), f"{first}\n{rest}" if rest else first, title)
    if re.match(r"%{1,2}(run|pip)\b", head):
        return Cell("python", text, title)
    return Cell(language, text, title)


def python_segments(text: str) -> List[Segment]:
    """Code and line magics of a Python cell, in order. `%` and `!` at the start of a line are magics where Python has no use for them."""
    text = _dedented(text)
    if not re.search(r"^[%!]", text, re.MULTILINE) or _parses(text):
        return [Segment("code", text, 0)]
    text = PATH_BELOW.sub(r"\1 \3\n\2", text)
    segments: List[Segment] = []
    code: List[str] = []
    begun = 0
    for number, line in enumerate(text.split("\n")):
        if re.match(r"%{1,2}[A-Za-z]|!\S", line) and _parses("\n".join(code)):
            if "".join(code).strip():
                segments.append(Segment("code", "\n".join(code), begun))
            segments.append(_magic(line, number))
            code, begun = [], number + 1
        else:
            code.append(line)
    if "".join(code).strip():
        segments.append(Segment("code", "\n".join(code), begun))
    return segments


def _dedented(text: str) -> str:
    """Without the indentation of its first line, which IPython takes off all lines that have it."""
    indent = re.match(r"\s*?([ \t]*)(?=\S)", text)
    return re.sub(rf"^{indent.group(1)}", "", text, flags=re.MULTILINE) if indent and indent.group(1) else text


def _magic(line: str, number: int) -> Segment:
    if line.startswith("!"):
        return Segment("!", line[1:].strip(), number)
    name, _, rest = line.lstrip("%").partition(" ")
    return Segment(name.strip(), rest.strip(), number)


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
        return True
    except (SyntaxError, ValueError):
        return False


def parse_run(text: str) -> Tuple[str, Dict[str, str]]:
    """Path and parameters of `%run PATH $name="value"`; quotes are optional everywhere, and a path may hold spaces."""
    parameters: Dict[str, str] = {}

    def take(found: "re.Match[str]") -> str:
        value = found.group(2)
        parameters[found.group(1)] = value[1:-1] if value[:1] in "\"'" and value[-1:] == value[:1] and len(value) > 1 else value
        return ""

    path = re.sub(r"\s\$(\w+)\s*=\s*(\"[^\"]*\"|'[^']*'|\S+)", take, " " + text).strip()
    if path[:1] in ("'", '"'):
        path = path[1:].split(path[0], 1)[0]
    return path, parameters


def resolve_notebook(path: str, current: str) -> str:
    """Absolute workspace path of a notebook that `current` names: relative to its folder, `/Workspace` and an extension left away."""
    whole = path if path.startswith("/") else posixpath.join(posixpath.dirname(current), path)
    whole = posixpath.normpath("/" + whole.lstrip("/"))
    whole = whole.removeprefix("/Workspace") if whole.startswith("/Workspace/") else whole
    return re.sub(r"\.(py|ipynb|sql)$", "", whole)


def split_sql(text: str) -> List[str]:
    """The statements of a SQL cell: split at semicolons outside of quotes and comments; what is only comment is left out."""
    token = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|;", re.DOTALL)
    statements, begun = [], 0
    for found in token.finditer(text):
        if found.group() == ";":
            statements.append(text[begun : found.start()])
            begun = found.end()
    statements.append(text[begun:])
    comment = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
    return [one.strip() for one in statements if comment.sub("", one).strip()]
