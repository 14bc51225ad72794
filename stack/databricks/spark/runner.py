"""Runs the cells of a notebook."""

import ast
import os
import re
import sys
import time
import types
from typing import Any, Dict, List, Mapping, Optional

from pyspark.sql import SparkSession

from . import failure, local_paths, magics, shims, streams
from .cell_log import CellLog, Output
from .channel import Channel
from .dbfs import FileSystemUtils
from .dbutils import DataUtils, DBUtils, LibraryUtils, NotebookExit, NotebookUtils, SecretsUtils
from .display import Display
from .notebook_source import Cell, NotebookError, Segment, parse_notebook, parse_run, python_segments, resolve_notebook, split_sql, widgets_of
from .widgets import Widgets

# Magics of IPython that mean nothing where nobody looks.
IGNORED = ("matplotlib", "load_ext", "reload_ext", "autoreload", "config", "restart_python", "capture")


class UsageError(Exception):
    """A magic that there is not."""


class Runner:
    """One run of a notebook: its variables, widgets and log."""

    def __init__(self, session: SparkSession, channel: Channel, order: Mapping[str, Any]) -> None:
        self._session = session
        self._channel = channel
        self._order = order
        self._folder = os.getcwd()
        self._log = CellLog(order["logFile"])
        self._log.notebook = order.get("label")
        self._output = Output(self._log)
        self._widgets = Widgets(order["parameters"])
        self._display = Display(session, self._log)
        self._streams = shims.Streams()
        self._notebook = order["notebookPath"]
        self._dbutils = self._utils()
        self._globals: Dict[str, Any] = {}
        shims.install(session, self._display.show, self._dbutils, self._streams, lambda text: print(text))

    def run(self) -> Dict[str, Any]:
        """Runs the notebook to its end; the end as the server is told it."""
        sys.stdout = sys.stderr = self._output
        self._fresh_globals()
        cell: Optional[int] = None
        try:
            for requirement in self._order["libraries"]:
                self._pip(f"install {requirement}")
            local_paths.enter(self._order["notebookFile"])
            cells = self._cells(self._order["notebookFile"])
            exit_value = None
            try:
                for cell, one in enumerate(cells):
                    self._log.cell = cell
                    self._run_cell(one, f"<command-{cell + 1}>")
            except NotebookExit as exit:
                exit_value = self._log.redacted(exit.value)
                self._log.write("note", f"Notebook exited: {exit_value}")
            self._end_cell()
            cell = None
            options = self._order["streams"]
            streams.finish(self._streams, options["mode"], options["drainSeconds"], lambda text: self._log.write("note", text))
            return {"state": "success", "exit": exit_value}
        except BaseException as error:  # noqa: BLE001 - whatever a notebook raises is its end
            return self._failed(error, cell)

    def _cells(self, file: str) -> List[Cell]:
        with open(file, encoding="utf-8") as source:
            text = source.read()
        self._widgets.offer(widgets_of(text))
        return parse_notebook(text)

    def _failed(self, error: BaseException, cell: Optional[int]) -> Dict[str, Any]:
        self._output.finish()
        message, trace = failure.describe(error)
        self._log.write("error", trace)
        return {"state": "failed", "error": self._log.redacted(message), "trace": self._log.redacted(trace), "cell": cell}

    def _end_cell(self) -> None:
        self._output.finish()
        self._log.cell = None

    def _run_cell(self, cell: Cell, name: str) -> None:
        self._log.write("begin", cell.title or "\n".join(cell.text.strip().split("\n")[:3]))
        try:
            getattr(self, f"_{cell.language.replace('-', '_')}_cell", self._strange_cell)(cell, name)
        except Exception as error:
            # Python's own frames name their cell.
            if cell.language != "python":
                error.add_note(f"File {name}, a cell of {cell.language}")
            raise
        self._output.finish()
        self._log.write("end", "")

    def _strange_cell(self, cell: Cell, name: str) -> None:
        raise NotebookError(f"Cells in {cell.language} do not run here: Python and SQL do")

    def _md_cell(self, cell: Cell, name: str) -> None:
        pass

    _md_sandbox_cell = _md_cell

    def _sh_cell(self, cell: Cell, name: str) -> None:
        magics.shell_cell(cell.text, self._output.write)

    def _fs_cell(self, cell: Cell, name: str) -> None:
        magics.fs_cell(cell.text, self._dbutils.fs, self._display.show)

    def _sql_cell(self, cell: Cell, name: str) -> None:
        frame = None
        for statement in split_sql(cell.text):
            frame = self._session.sql(*self._with_widgets(statement))
        if frame is not None:
            self._globals["_sqldf"] = frame
            if frame.columns:
                self._display.show(frame)

    def _with_widgets(self, statement: str) -> Any:
        """`${name}` is replaced by the widget's text, `:name` is bound to it as a string."""
        known = self._widgets.getAll()
        text = re.sub(r"\$\{(\w+)\}", lambda found: known.get(found.group(1), found.group(0)), statement)
        bound = {name: known[name] for name in re.findall(r"(?<![:\w]):([A-Za-z_]\w*)", text) if name in known}
        return (text, bound) if bound else (text,)

    def _python_cell(self, cell: Cell, name: str) -> None:
        failure.remember_source(name, cell.text)
        for segment in python_segments(cell.text):
            if segment.kind == "code":
                self._code(segment, name)
            else:
                self._magic(segment, name)

    def _code(self, segment: Segment, name: str) -> None:
        tree = ast.parse("\n" * segment.line + segment.text, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if tree.body:
            exec(compile(tree, name, "exec", dont_inherit=True), self._globals)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval", dont_inherit=True), self._globals)
            if value is not None:
                self._globals["_"] = value
                self._log.write("result", repr(value))

    def _magic(self, segment: Segment, name: str) -> None:
        if segment.kind in ("time", "timeit"):
            self._timed(segment, name)
        elif segment.kind == "run":
            self._include(segment.text)
        elif segment.kind == "pip":
            self._pip(segment.text)
        elif segment.kind == "!":
            magics.run_shell(segment.text, self._output.write)
        elif segment.kind == "sh":
            magics.shell_cell(segment.text, self._output.write)
        elif segment.kind == "fs":
            magics.fs_cell(segment.text, self._dbutils.fs, self._display.show)
        elif segment.kind == "sql":
            self._sql_cell(Cell("sql", segment.text), "")
        elif segment.kind not in IGNORED:
            raise UsageError(f"Line magic function `%{segment.kind}` not found.")

    def _timed(self, segment: Segment, name: str) -> None:
        """`%time x = f()`, and `%%time` over a cell, whose code follows. Once, as nobody waits for the best of many."""
        begun = time.perf_counter()
        self._code(Segment("code", re.sub(r"^(-\w+ *\d* +)*", "", segment.text), segment.line), name)
        if segment.text:
            print(f"Wall time: {time.perf_counter() - begun:.3g} s")

    def _include(self, text: str) -> None:
        """`%run`: the other notebook's cells, in the variables of this one."""
        path, parameters = parse_run(text)
        whole = resolve_notebook(path, self._notebook)
        file = self._channel.ask("notebook", path=whole)
        if file is None:
            raise FileNotFoundError(f"Notebook not found: {whole}. Notebooks can be specified via a relative path (./Notebook) or an absolute path")
        self._widgets.give(parameters)
        caller, label = self._notebook, self._log.notebook
        self._notebook, self._log.notebook = whole, whole
        try:
            for number, cell in enumerate(self._cells(file)):
                self._run_cell(cell, f"<command-{number + 1} of {whole}>")
        finally:
            self._output.finish()
            self._notebook, self._log.notebook = caller, label

    def _pip(self, arguments: str) -> None:
        place = os.path.join(self._folder, "pip")
        magics.pip(arguments, place, self._session.sparkContext, self._output.write)

    def _utils(self) -> DBUtils:
        order = self._order
        facts = {
            "notebookPath": order["notebookPath"],
            "clusterId": order["clusterId"],
            "userName": order["userName"],
            "currentRunId": str(order["runId"]),
        }
        return DBUtils(
            FileSystemUtils(self._session, lambda text: print(text)),
            self._widgets,
            NotebookUtils(self._channel.ask, facts),
            SecretsUtils(self._channel.ask, self._log.hide),
            LibraryUtils(self._pip, self._restart),
            DataUtils(self._display.show),
        )

    def _restart(self) -> None:
        names = self._initial_globals()
        self._globals.clear()
        self._globals.update(names)

    def _fresh_globals(self) -> None:
        # A module of this name, so that functions of cells travel to UDF workers by value.
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        self._globals = module.__dict__
        self._globals.update(self._initial_globals())

    def _initial_globals(self) -> Dict[str, Any]:
        from pyspark.sql import SQLContext
        from pyspark.sql.functions import udf

        spark = self._session
        return {
            "__name__": "__main__",
            "__builtins__": __builtins__,
            "spark": spark,
            "sc": spark.sparkContext,
            "sqlContext": SQLContext(spark.sparkContext, spark),
            "sql": spark.sql,
            "table": spark.table,
            "udf": udf,
            "dbutils": self._dbutils,
            "display": self._display.show,
            "displayHTML": self._display.html,
            "getArgument": self._widgets.getArgument,
        }
