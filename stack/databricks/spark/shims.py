"""What Databricks' Python has and the open-source one has not, as far as notebooks use it."""

import functools
import logging
import sys
import types
from typing import Any, Callable, List

import pyspark.sql.functions as functions
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.catalog import Catalog, Table
from pyspark.sql.streaming import DataStreamWriter, StreamingQuery

# Names that `from pyspark.sql.functions import *` brought before PySpark 4 made a list of what it brings.
FORMER = (
    "ArrayType Any ByteType Callable Column DataType NumericType Optional StringType StructType Union approxCountDistinct "
    "bitwiseNOT cast countDistinct functools shiftLeft shiftRight shiftRightUnsigned sumDistinct sys toDegrees toRadians warnings"
).split()

CODEGEN = "spark.sql.codegen.factoryMode"


class Streams:
    """The streams that a run started, and the failures that its code has seen for itself."""

    def __init__(self) -> None:
        self.started: List[StreamingQuery] = []
        self.seen: set = set()


def install(session: SparkSession, display: Callable[..., None], dbutils: Any, streams: Streams, warn: Callable[[str], None]) -> None:
    """Changes PySpark in this process."""
    functions.DataFrame = DataFrame  # type: ignore[attr-defined]
    functions.SparkContext = SparkContext  # type: ignore[attr-defined]
    listed = functions.__all__
    listed.extend(name for name in [*FORMER, "DataFrame", "SparkContext"] if name not in listed and hasattr(functions, name))
    for cls in {DataFrame, type(session.range(0))}:
        cls.display = lambda self, *args, **kwargs: display(self)  # type: ignore[attr-defined]
        # Names of it that PySpark 4 has dropped.
        cls.to_pandas_on_spark = cls.to_koalas = cls.pandas_api  # type: ignore[attr-defined]
    # The error that is raised says the same.
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).disabled = True
    _list_tables_compiled()
    _watch_streams(streams)
    _keep_driver(warn)
    module = types.ModuleType("pyspark.dbutils")
    module.DBUtils = lambda *_: dbutils  # type: ignore[attr-defined]
    sys.modules["pyspark.dbutils"] = module


def _list_tables_compiled() -> None:
    """Interpreted, as queries are here, Spark hands the names of a table's namespace on as objects, and fails: argument type mismatch."""
    list_tables = Catalog.listTables

    @functools.wraps(list_tables)
    def listed(catalog: Catalog, *args: Any, **kwargs: Any) -> List[Table]:
        conf = catalog._sparkSession.conf
        before = conf.get(CODEGEN, "NO_CODEGEN")
        conf.set(CODEGEN, "FALLBACK")
        try:
            return list_tables(catalog, *args, **kwargs)
        finally:
            conf.set(CODEGEN, before or "NO_CODEGEN")

    Catalog.listTables = listed  # type: ignore[method-assign]


def _watch_streams(streams: Streams) -> None:
    start, to_table, wait = DataStreamWriter.start, DataStreamWriter.toTable, StreamingQuery.awaitTermination

    def kept(query: StreamingQuery) -> StreamingQuery:
        streams.started.append(query)
        return query

    def waited(query: StreamingQuery, timeout: Any = None) -> Any:
        try:
            return wait(query, timeout)
        except BaseException:
            streams.seen.add(query.runId)
            raise

    DataStreamWriter.start = lambda self, *args, **kwargs: kept(start(self, *args, **kwargs))  # type: ignore[method-assign]
    DataStreamWriter.toTable = lambda self, *args, **kwargs: kept(to_table(self, *args, **kwargs))  # type: ignore[method-assign]
    # Databricks' older name of it.
    DataStreamWriter.table = DataStreamWriter.toTable  # type: ignore[attr-defined]
    StreamingQuery.awaitTermination = waited  # type: ignore[method-assign]


def _keep_driver(warn: Callable[[str], None]) -> None:
    """A notebook that stops its session does not stop the cluster of the others."""

    def stop(_: Any) -> None:
        warn("spark.stop() does nothing here: the cluster is shared")

    SparkContext.stop = stop  # type: ignore[method-assign]
    SparkSession.stop = stop  # type: ignore[method-assign,assignment]
