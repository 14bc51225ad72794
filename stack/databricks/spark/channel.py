"""The line to the process that started this one: JSON lines on what were standard input and output."""

import itertools
import json
import os
import queue
import sys
import threading
from typing import Any, Dict


class Channel:
    """Takes standard input and output for itself: what prints to them from now on goes to standard error."""

    def __init__(self) -> None:
        self._in = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._out = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        sys.stdin = open(0, encoding="utf-8", closefd=False)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._asked: Dict[int, "queue.Queue[Dict[str, Any]]"] = {}
        self._orders: "queue.Queue[Dict[str, Any]]" = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._in:
            message = json.loads(line)
            asked = self._asked.pop(message.get("answer", 0), None)
            (asked or self._orders).put(message)
        # The one who started us is gone: nobody wants what we do.
        os._exit(0)

    def send(self, kind: str, **fields: Any) -> None:
        """Tells something. Never blocks for an answer."""
        line = json.dumps({"kind": kind, **fields}) + "\n"
        data = line.encode("utf-8")
        with self._lock:
            while data:
                data = data[os.write(self._out, data) :]

    def order(self) -> Dict[str, Any]:
        """The next thing to do; waits for it."""
        return self._orders.get()

    def ask(self, what: str, **fields: Any) -> Any:
        """Asks and waits for the answer; any thread may. Raises RuntimeError with the reason when there is none."""
        number = next(self._numbers)
        answers: "queue.Queue[Dict[str, Any]]" = queue.Queue()
        self._asked[number] = answers
        self.send("ask", id=number, what=what, **fields)
        answer = answers.get()
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")
