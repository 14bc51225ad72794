"""A Spark session of one's own in the driver's JVM."""

import os
import threading
from typing import Any

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession


def attach(port: int, secret: str) -> SparkSession:
    """Joins the JVM behind a gateway. Its catalog and global temporary views are shared, everything else of the session is new."""
    os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
    os.environ["PYSPARK_GATEWAY_SECRET"] = secret
    try:
        gateway = launch_gateway()
    finally:
        del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]
    jvm: Any = gateway.jvm
    jsc = jvm.JavaSparkContext.fromSparkContext(jvm.org.apache.spark.SparkContext.getOrCreate())
    context = SparkContext(gateway=gateway, jsc=jsc, conf=SparkConf(_jvm=jvm, _jconf=jsc.getConf()))
    base = getattr(jvm, "org.apache.spark.sql.classic.SparkSession").getDefaultSession().get()
    # The JVM's default session stays the driver's: it is one for all who are attached.
    SparkSession._should_update_active_session = staticmethod(lambda: False)  # type: ignore[assignment]
    session = SparkSession(context, base.newSession())
    SparkSession._instantiatedSession = session
    SparkSession._activeSession = session
    getattr(jvm, "org.apache.spark.sql.classic.SparkSession").setActiveSession(session._jsparkSession)
    return session


def session_id(session: SparkSession) -> str:
    """By which the driver finds the streams of a session."""
    return session._jsparkSession.sessionUUID()


def name_jobs(context: SparkContext, run: str, pool: str, description: str) -> None:
    """Marks the jobs of this thread, and of the threads that are started from now on, as this run's: so they can be cancelled."""

    def mark() -> None:
        context.setJobGroup(run, description, interruptOnCancel=True)
        context.addJobTag(run)
        context.setLocalProperty("spark.scheduler.pool", pool)

    start = threading.Thread.start

    def start_marked(thread: threading.Thread) -> None:
        run_it = thread.run

        def marked() -> None:
            mark()
            run_it()

        # Threads of py4j and of accumulators have nothing to do with jobs, and must not wait for the JVM.
        if not (type(thread).__module__ or "").startswith(("py4j", "pyspark", "socketserver")):
            thread.run = marked  # type: ignore[method-assign]
        start(thread)

    mark()
    threading.Thread.start = start_marked  # type: ignore[method-assign]


