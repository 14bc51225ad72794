"""The help() of dbutils and of its parts."""

import inspect
from typing import Optional


class Help:
    """Something that tells what it has."""

    def help(self, method: Optional[str] = None) -> None:
        """Prints the public names, the callable ones with their parameters."""
        for name in [method] if method else dir(self):
            if not name.startswith("_") and (method or name != "help"):
                value = getattr(self, name)
                print(f"{name}{inspect.signature(value) if callable(value) else ''}")
