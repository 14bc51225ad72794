"""dbutils, as far as it means something on one machine."""

from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from .dbfs import FileSystemUtils
from .help import Help
from .notebook_source import resolve_notebook
from .widgets import Widgets


class NotebookExit(BaseException):
    """dbutils.notebook.exit() was called. Not an Exception: a notebook's own `except Exception` must not hold it up."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


class WorkflowException(Exception):
    """A notebook that dbutils.notebook.run() ran did not succeed."""


class Some:
    """A value as Scala's Option, which the context of a notebook is made of."""

    def __init__(self, value: Optional[str]) -> None:
        self._value = value

    def get(self) -> str:
        if self._value is None:
            raise LookupError("None.get")
        return self._value

    def isDefined(self) -> bool:
        return self._value is not None

    def getOrElse(self, other: Any) -> Any:
        return other if self._value is None else self._value

    def __str__(self) -> str:
        return "None" if self._value is None else f"Some({self._value})"


class Context:
    """dbutils.notebook.entry_point.getDbutils().notebook().getContext()."""

    def __init__(self, facts: Mapping[str, str]) -> None:
        self._facts = dict(facts)

    def __getattr__(self, name: str) -> Callable[[], Some]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda: Some(self._facts.get(name))

    def tags(self) -> Any:
        facts = {"user": self._facts["userName"], "clusterId": self._facts["clusterId"]}
        return _Tags({**facts, "notebookPath": self._facts["notebookPath"], "jobId": None, "runId": self._facts["currentRunId"]})

    def toJson(self) -> str:
        import json

        tags = {"user": self._facts["userName"], "clusterId": self._facts["clusterId"]}
        return json.dumps({"tags": tags, "extraContext": {"notebook_path": self._facts["notebookPath"]}})

    safeToJson = toJson


class _Tags:
    def __init__(self, tags: Mapping[str, Optional[str]]) -> None:
        self._tags = tags

    def get(self, name: str) -> Some:
        return Some(self._tags.get(name))

    def apply(self, name: str) -> str:
        return self.get(name).get()


class EntryPoint:
    """The way that notebooks take to their context."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def getDbutils(self) -> "EntryPoint":
        return self

    def notebook(self) -> "EntryPoint":
        return self

    def getContext(self) -> Context:
        return self._context


class NotebookUtils(Help):
    """dbutils.notebook."""

    def __init__(self, ask: Callable[..., Any], facts: Mapping[str, str]) -> None:
        self._ask = ask
        self._path = facts["notebookPath"]
        self.entry_point = EntryPoint(Context(facts))

    def exit(self, value: Any = "") -> None:
        raise NotebookExit(str(value))

    def run(self, path: str, timeout_seconds: int = 0, arguments: Optional[Mapping[str, Any]] = None) -> Optional[str]:
        given = {name: str(value) for name, value in (arguments or {}).items()}
        whole = resolve_notebook(path, self._path)
        end = self._ask("run", path=whole, timeoutSeconds=timeout_seconds, parameters=given)
        if end["state"] == "success":
            return end.get("exit")
        cause = {"failed": "FAILED", "canceled": "CANCELED", "timedout": "TIMEDOUT"}[end["state"]]
        told = f": {end['error']}" if end.get("error") else ""
        raise WorkflowException(f"com.databricks.NotebookExecutionException: {cause}: {whole}{told}")

    def getContext(self) -> Context:
        return self.entry_point.getContext()


class SecretMetadata(NamedTuple):
    key: str


class SecretScope(NamedTuple):
    name: str

    def getName(self) -> str:
        return self.name


class SecretsUtils(Help):
    """dbutils.secrets. What it hands out is hidden in everything that the run writes."""

    def __init__(self, ask: Callable[..., Any], hide: Callable[[str], None]) -> None:
        self._ask = ask
        self._hide = hide

    def get(self, scope: str, key: str) -> str:
        value = self._ask("secret", scope=scope, key=key)
        if value is None:
            raise ValueError(f"Secret does not exist with scope: {scope} and key: {key}")
        self._hide(value)
        return value

    def getBytes(self, scope: str, key: str) -> bytes:
        return self.get(scope, key).encode("utf-8")

    def list(self, scope: str) -> List[SecretMetadata]:
        scopes = self._scopes()
        if scope not in scopes:
            raise ValueError(f"Scope {scope} does not exist!")
        return [SecretMetadata(key) for key in scopes[scope]]

    def listScopes(self) -> List[SecretScope]:
        return [SecretScope(name) for name in self._scopes()]

    def _scopes(self) -> Dict[str, List[str]]:
        return self._ask("secretKeys")


class LibraryUtils(Help):
    """dbutils.library."""

    def __init__(self, install: Callable[[str], None], restart: Callable[[], None]) -> None:
        self._install = install
        self.restartPython = restart

    def installPyPI(self, package: str, version: str = "", repo: str = "", extras: str = "") -> bool:
        name = f"{package}[{extras}]" if extras else package
        self._install(f"install {name}{'==' + version if version else ''}{' --index-url ' + repo if repo else ''}")
        return True


class DataUtils(Help):
    """dbutils.data."""

    def __init__(self, show: Callable[..., None]) -> None:
        self._show = show

    def summarize(self, df: Any, precise: bool = False) -> None:
        self._show(df.summary() if hasattr(df, "summary") else df.describe(include="all"))


class DBUtils(Help):
    """dbutils."""

    def __init__(
        self,
        fs: FileSystemUtils,
        widgets: Widgets,
        notebook: NotebookUtils,
        secrets: SecretsUtils,
        library: LibraryUtils,
        data: DataUtils,
    ) -> None:
        self.fs = fs
        self.widgets = widgets
        self.notebook = notebook
        self.secrets = secrets
        self.library = library
        self.data = data
        self.entry_point = notebook.entry_point
