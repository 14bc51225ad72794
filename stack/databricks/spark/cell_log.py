"""The log of a run: a JSON line for each thing that a cell does."""

import datetime
import io
import json
import os
import threading
from typing import Any, List, Optional

LIMIT = 20_000_000
TEXT_LIMIT = 256_000


class CellLog:
    """Appends to the run's file. Knows which cell is at work, and which texts are secrets."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._secrets: List[str] = []
        self._written = 0
        self.cell: Optional[int] = None
        self.notebook: Optional[str] = None

    def hide(self, secret: str) -> None:
        """From now on this text is written as [REDACTED]."""
        if secret and secret not in self._secrets:
            # Longer ones first: one secret may be a part of another.
            self._secrets = sorted([*self._secrets, secret], key=len, reverse=True)

    def redacted(self, text: str) -> str:
        """A text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "[REDACTED]")
        return text

    def write(self, kind: str, text: str) -> None:
        """Appends a line; past 20 MB of a run only what is not output."""
        text = self.redacted(text)
        if len(text) > TEXT_LIMIT:
            text = text[:TEXT_LIMIT] + "\n*** WARNING: output truncated ***"
        at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"at": at, "kind": kind, "text": text}
        if self.cell is not None:
            line["cell"] = self.cell
        if self.notebook is not None:
            line["notebook"] = self.notebook
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            full = self._written > LIMIT
            self._written += len(data)
            if not full or kind in ("begin", "error", "end", "note"):
                os.write(self._file, data)


class Output(io.TextIOBase):
    """What a notebook prints, by whole lines where it can be."""

    encoding = "utf-8"

    def __init__(self, log: CellLog) -> None:
        self._log = log
        self._text = ""
        self._mutex = threading.RLock()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._mutex:
            self._text += text
            end = self._text.rfind("\n") + 1
            if end > 0:
                self._log.write("output", self._text[:end])
                self._text = self._text[end:]
        return len(text)

    def finish(self) -> None:
        """Writes what has no end of line yet: at the end of a cell."""
        with self._mutex:
            if self._text:
                self._log.write("output", self._text)
                self._text = ""
