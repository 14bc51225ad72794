"""`/dbfs/…` and `/Workspace/…` for Python's own files: where there are no such folders, these names mean the folders they lie in."""

import builtins
import functools
import importlib.machinery
import io
import os
import sys
from typing import Any, Callable, Dict, Optional, Tuple

from pyspark import cloudpickle
from pyspark.serializers import CloudPickleSerializer

ONE = ("stat lstat listdir scandir mkdir remove unlink rmdir access chmod utime truncate open chdir").split()
TWO = ("rename replace link symlink").split()


def install(roots: Dict[str, str]) -> None:
    """Makes open(), os, import and what is built on them (pathlib, shutil, pandas) take paths below these names."""
    meant = {name: root for name, root in roots.items() if not os.path.isdir(name)}

    def inside(path: Any) -> Any:
        text = os.fspath(path) if isinstance(path, os.PathLike) else path
        for name, root in meant.items():
            if isinstance(text, str) and (text == name or text.startswith(name + "/")):
                return root + text[len(name) :]
        return path

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
    sys.meta_path.append(Elsewhere(inside))  # type: ignore[arg-type]
    _send_modules(tuple(os.path.join(one, "") for root in roots.values() for one in (root, os.path.realpath(root))))


class Elsewhere:
    """Finds modules in the folders of sys.path that have another name here."""

    def __init__(self, inside: Callable[[str], str]) -> None:
        self._inside = inside

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[importlib.machinery.ModuleSpec]:
        folders = [self._inside(one) for one in sys.path if isinstance(one, str) and self._inside(one) != one]
        return importlib.machinery.PathFinder.find_spec(name, folders) if path is None and folders else None

    def invalidate_caches(self) -> None:
        pass


def _send_modules(folders: Tuple[str, ...]) -> None:
    """Modules of these folders go to the workers of UDFs as they are now: those neither find them nor notice when they change."""
    dumps = CloudPickleSerializer.dumps

    def dump(serializer: CloudPickleSerializer, value: Any) -> bytes:
        for module in list(sys.modules.values()):
            if str(getattr(module, "__file__", None)).startswith(folders):
                cloudpickle.register_pickle_by_value(module)
        return dumps(serializer, value)

    CloudPickleSerializer.dumps = dump  # type: ignore[method-assign]


def workspace_of(notebook_path: str, file: str) -> str:
    """The folder that the workspace lies in, by one notebook of it."""
    return file.removesuffix(notebook_path.removeprefix("/Workspace"))


def enter(file: str) -> None:
    """Makes a notebook's folder the one where it works and imports from, as it is there."""
    folder = os.path.dirname(file)
    os.chdir(folder)
    sys.path.append(folder)
    # A listing of the workspace shows what people put there.
    sys.dont_write_bytecode = True
