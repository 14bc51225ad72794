"""%sh, %pip and %fs."""

import importlib
import os
import shlex
import signal
import subprocess
import sys
import threading
from typing import Any, List

from pyspark import SparkContext


class PipError(Exception):
    """pip could not do what a cell asked of it."""


def run_shell(text: str, say: Any) -> int:
    """Runs a script and says what it prints as it comes. Returns its exit code."""
    shell = next((one for one in ("/bin/bash", "/usr/bin/bash") if os.access(one, os.X_OK)), "/bin/sh")
    return _run([shell, "-c", text], say)


def _run(command: List[str], say: Any) -> int:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )

    def read() -> None:
        for line in process.stdout or ():
            say(line)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    code = process.wait()
    # What it left in the background may hold the pipe for ever.
    reader.join(0.5)
    return code


def shell_cell(text: str, say: Any) -> None:
    """A `%sh` cell. As on Databricks its exit code matters only with `%sh -e`."""
    first, _, rest = text.partition("\n")
    strict = first.split()[:1] == ["-e"]
    script = first.strip().removeprefix("-e") + "\n" + rest if strict else text
    code = run_shell(script, say)
    if strict and code != 0:
        raise subprocess.CalledProcessError(code if code >= 0 else 128 + signal.Signals(-code), "%sh -e")


def pip(arguments: str, place: str, context: SparkContext, say: Any) -> None:
    """`%pip …`. What is installed lies in a folder of the run, seen by the notebook and by its UDFs alone."""
    words = shlex.split(arguments, comments=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    if words[:1] == ["install"]:
        command += ["--target", place, "--upgrade", "--no-warn-script-location"]
    code = _run(command, say)
    if code != 0:
        raise PipError(f"Command 'pip {arguments}' returned non-zero exit status {code}.")
    if words[:1] == ["install"] and place not in sys.path:
        sys.path.insert(0, place)
        context.environment["PYTHONPATH"] = place
    importlib.invalidate_caches()


def fs_cell(text: str, fs: Any, show: Any) -> None:
    """A `%fs` cell: `ls /mnt/x`, `head …`, `rm -r …`."""
    words = shlex.split(text, comments=True)
    if not words or not hasattr(fs, words[0]) or words[0].startswith("_"):
        raise ValueError(f"%fs does not know {text!r}: ls, head, put, cp, mv, rm, mkdirs, mounts, mount, unmount")
    recurse = "-r" in words or "--recurse" in words
    given: List[Any] = [word for word in words[1:] if word not in ("-r", "--recurse")]
    if recurse:
        given.append(True)
    result = getattr(fs, words[0])(*given)
    if result is not None:
        show("res: Boolean = " + str(result).lower() if isinstance(result, bool) else result)
