"""`/dbfs/…` for Python's own files: where there is no such folder, these names mean the folder that DBFS lies in."""

import builtins
import functools
import io
import os
from typing import Any, Callable

ONE = ("stat lstat listdir scandir mkdir remove unlink rmdir access chmod utime truncate open").split()
TWO = ("rename replace link symlink").split()


def install(root: str) -> None:
    """Makes open(), os and what is built on them (pathlib, shutil, pandas) take `/dbfs/…`."""
    if os.path.isdir("/dbfs"):
        return

    def inside(path: Any) -> Any:
        text = os.fspath(path) if isinstance(path, os.PathLike) else path
        return root + text[5:] if isinstance(text, str) and (text == "/dbfs" or text.startswith("/dbfs/")) else path

    def wrapped(real: Callable[..., Any], count: int) -> Callable[..., Any]:
        @functools.wraps(real)
        def call(*args: Any, **kwargs: Any) -> Any:
            return real(*[inside(one) for one in args[:count]], *args[count:], **kwargs)

        return call

    builtins.open = io.open = wrapped(io.open, 1)
    for names, count in ((ONE, 1), (TWO, 2)):
        for name in names:
            # os.supports_* are sets of the functions themselves: who asks them must find the new ones.
            real = getattr(os, name)
            new = wrapped(real, count)
            for known in (os.supports_dir_fd, os.supports_follow_symlinks, os.supports_fd):
                if real in known:
                    known.add(new)
            setattr(os, name, new)
