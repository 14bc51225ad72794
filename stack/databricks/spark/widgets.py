"""dbutils.widgets: the parameters of a run, and what a notebook gives for those that the run does not have."""

from typing import Any, Dict, Mapping, Optional, Sequence

from .help import Help


class InputWidgetNotDefined(Exception):
    """No widget of this name, neither in the run's parameters nor made by the notebook."""


class Widgets(Help):
    """dbutils.widgets."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._given: Dict[str, str] = dict(parameters)
        self._made: Dict[str, str] = {}

    def give(self, parameters: Mapping[str, str]) -> None:
        """Sets values, as `%run` with parameters does."""
        self._given.update(parameters)

    def offer(self, saved: Mapping[str, str]) -> None:
        """Widgets that a notebook was saved with."""
        for name, value in saved.items():
            self.text(name, value)

    def text(self, name: str, defaultValue: Any = "", label: Optional[str] = None) -> None:
        self._made.setdefault(name, str(defaultValue))

    def dropdown(self, name: str, defaultValue: Any, choices: Sequence[Any], label: Optional[str] = None) -> None:
        if str(defaultValue) not in [str(one) for one in choices]:
            raise ValueError(f"Default value {defaultValue!r} of widget {name} is not among its choices")
        self.text(name, defaultValue)

    def combobox(self, name: str, defaultValue: Any, choices: Sequence[Any] = (), label: Optional[str] = None) -> None:
        self.text(name, defaultValue)

    def multiselect(self, name: str, defaultValue: Any, choices: Sequence[Any], label: Optional[str] = None) -> None:
        self.dropdown(name, defaultValue, choices)

    def get(self, name: str) -> str:
        if name in self._given:
            return self._given[name]
        if name not in self._made:
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        return self._made[name]

    def getArgument(self, name: str, defaultValue: Optional[str] = None) -> str:
        if defaultValue is not None:
            self.text(name, defaultValue)
        return self.get(name)

    def getAll(self) -> Dict[str, str]:
        return {**self._made, **self._given}

    def remove(self, name: str) -> None:
        if name not in self._given and name not in self._made:
            raise InputWidgetNotDefined(f"No input widget named {name} is defined")
        self._given.pop(name, None)
        self._made.pop(name, None)

    def removeAll(self) -> None:
        self._given.clear()
        self._made.clear()
