"""display() and displayHTML(): results as text in the log."""

import itertools
from typing import Any, Iterable, List, Sequence

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

ROWS = 1_000
WIDTH = 200


class Display:
    """Shows results of the cell that is at work."""

    def __init__(self, session: SparkSession, log: Any) -> None:
        self._session = session
        self._log = log
        self._numbers = itertools.count(1)

    def html(self, text: Any) -> None:
        self._log.write("result", str(text))

    def show(self, *values: Any, **_: Any) -> None:
        """Shows values; options (of streams, of charts) are accepted and change nothing."""
        for value in values:
            self._log.write("result", self._text(value))

    def _text(self, value: Any) -> str:
        if isinstance(value, DataFrame):
            frame = self._drained(value) if value.isStreaming else value
            return rows_text(frame.columns, frame.take(ROWS + 1))
        if hasattr(value, "to_string") and hasattr(value, "columns"):
            return value.to_string(max_rows=ROWS)
        if isinstance(value, (list, tuple)) and value and all(hasattr(one, "_fields") for one in value):
            return rows_text(value[0]._fields, value)
        return value if isinstance(value, str) else repr(value)

    def _drained(self, frame: DataFrame) -> DataFrame:
        """What a stream has now. Databricks goes on showing it until somebody stops the run."""
        name = f"display_query_{next(self._numbers)}"
        sink = frame.writeStream.format("memory").queryName(name).trigger(availableNow=True)
        try:
            query = sink.start()
        except AnalysisException:
            # Sums and counts over a stream are shown whole each time.
            query = sink.outputMode("complete").start()
        query.awaitTermination()
        return self._session.table(name)


def rows_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of at most a thousand rows."""
    cells: List[List[str]] = [[_cell(value) for value in row] for row in itertools.islice(rows, ROWS + 1)]
    more = len(cells) > ROWS
    cells = cells[:ROWS]
    widths = [max([len(name), *(len(row[at]) for row in cells)]) for at, name in enumerate(names)]
    lines = [_line(names, widths), "-+-".join("-" * width for width in widths), *(_line(row, widths) for row in cells)]
    lines.append(f"(the first {ROWS} rows)" if more else f"({len(cells)} row{'' if len(cells) == 1 else 's'})")
    return "\n".join(lines)


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    return " | ".join(text.ljust(width) for text, width in zip(texts, widths)).rstrip()


def _cell(value: Any) -> str:
    text = "null" if value is None else str(value)
    return text.replace("\n", "\\n") if len(text) <= WIDTH else text[: WIDTH - 1].replace("\n", "\\n") + "…"
