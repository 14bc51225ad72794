"""What becomes of the streams of a notebook that has come to its end."""

import threading
import time
from typing import Any, Iterator, Optional

from pyspark.sql.streaming import StreamingQuery

from .shims import Streams

MOST_CAUSES = 10
CAUSE_LIMIT = 8_000


class StreamFailed(Exception):
    """A stream ended with an error that no cell saw."""


def finish(streams: Streams, mode: str, drain_seconds: float, note: Any) -> None:
    """
    Streams that end by themselves (availableNow, once) are waited for. The others are waited for as well in the mode `wait`, as
    Databricks does; in the mode `drain` they process what there is now, for some time at most, and are stopped. A stream that
    fails fails the run.
    """
    for query in streams.started:
        if query.isActive:
            if mode == "wait" or _ends_by_itself(query):
                _wait(query)
            else:
                _drain(query, drain_seconds, note)
        _fail_if_failed(query, streams)


def _ends_by_itself(query: StreamingQuery) -> bool:
    stream = query._jsq
    inner = stream.streamingQuery() if stream.getClass().getSimpleName() == "StreamingQueryWrapper" else stream
    return inner.trigger().getClass().getSimpleName().rstrip("$") in ("AvailableNowTrigger", "OneTimeTrigger")


def _wait(query: StreamingQuery) -> None:
    try:
        query.awaitTermination()
    except Exception:  # noqa: BLE001 - told by exception() afterwards
        pass


def _drain(query: StreamingQuery, seconds: float, note: Any) -> None:
    name = query.name or str(query.id)
    note(f"stream {name}: the notebook is at its end; processing what there is, then stopping")

    def process() -> None:
        try:
            query.processAllAvailable()
        except Exception:  # noqa: BLE001 - told by exception() afterwards
            pass

    worker = threading.Thread(target=process, daemon=True)
    worker.start()
    until = time.monotonic() + seconds
    while worker.is_alive() and query.isActive and time.monotonic() < until:
        worker.join(0.1)
    if query.isActive and worker.is_alive():
        note(f"stream {name}: data still comes after {seconds:g} s; stopped")
    if query.exception() is None:
        query.stop()


def _fail_if_failed(query: StreamingQuery, streams: Streams) -> None:
    error: Optional[Exception] = query.exception()
    if error is not None and query.runId not in streams.seen:
        # Its own message says only which task failed; the reason is among the causes.
        causes = "".join(f"\nCaused by: {one}" for one in _causes(query))
        raise StreamFailed(f"Stream {query.name or query.id} terminated with exception: {error}{causes}")


def _causes(query: StreamingQuery) -> Iterator[str]:
    """PySpark's exception keeps the frames of the outermost error, and of its causes the first."""
    cause = query._jsq.exception().get().getCause()
    for _ in range(MOST_CAUSES):
        if cause is None:
            return
        yield cause.toString()[:CAUSE_LIMIT]
        cause = cause.getCause()
