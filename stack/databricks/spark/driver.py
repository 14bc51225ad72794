"""The cluster: starts Spark, opens a gateway of its own for each run, and ends what a run leaves in the JVM."""

import os
import sys
import threading
import time
import traceback
from typing import Any, Dict, List

from .channel import Channel


class Driver:
    """Spark in a JVM, with the runs that are attached to it."""

    def __init__(self, conf: Dict[str, str]) -> None:
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession

        settings = SparkConf(loadDefaults=False)
        for name, value in conf.items():
            settings.set(name, value)
        gateway = launch_gateway(settings)
        threading.Thread(target=end_with, args=(gateway.proc,), daemon=True).start()
        self._context = SparkContext(gateway=gateway, conf=settings)
        self._session = SparkSession(self._context)
        self._jvm: Any = gateway.jvm
        self._servers: Dict[str, Any] = {}
        self._quiet("org.apache.spark.scheduler.DAGScheduler", "org.apache.spark.scheduler.FairSchedulableBuilder")

    def _quiet(self, *loggers: str) -> None:
        """What they warn of is how each run is."""
        log4j = self._jvm.org.apache.logging.log4j
        for name in loggers:
            log4j.core.config.Configurator.setLevel(name, log4j.Level.ERROR)

    def pid(self) -> int:
        return self._jvm.java.lang.ProcessHandle.current().pid()

    def warm(self) -> None:
        """Loads what every run needs, before one waits for it."""
        self._session.sql("SHOW TABLES").collect()
        self._session.range(1).count()

    def open(self, run: str) -> Dict[str, Any]:
        """A gateway for a run. What a run leaves in it goes with it."""
        server = self._jvm.org.apache.spark.api.python.Py4JServer(self._context._jsc.sc().conf())
        server.start()
        self._servers[run] = server
        return {"port": server.getListeningPort(), "secret": server.secret()}

    def close(self, run: str, sessions: List[str]) -> Dict[str, Any]:
        """Ends the streams and jobs of a run, and its gateway."""
        for query in self._streams():
            if query.sparkSession().sessionUUID() in sessions:
                self._quietly(query.stop)
        self._context.cancelJobsWithTag(run)
        self._context.cancelJobGroup(run)
        until = time.monotonic() + 20
        while self._context._jsc.sc().statusTracker().getJobIdsForTag(run) and self._active(run) and time.monotonic() < until:
            time.sleep(0.05)
        server = self._servers.pop(run, None)
        if server is not None:
            self._quietly(server.shutdown)
        return {}

    def ping(self) -> Dict[str, Any]:
        return {"active": len(list(self._context.statusTracker().getActiveJobsIds())), "streams": len(self._streams())}

    def _active(self, run: str) -> bool:
        tracker = self._context._jsc.sc().statusTracker()
        active = set(tracker.getActiveJobIds())
        return any(one in active for one in tracker.getJobIdsForTag(run))

    def _streams(self) -> List[Any]:
        return list(self._session._jsparkSession.sharedState().activeStreamingQueries().values())

    @staticmethod
    def _quietly(work: Any) -> None:
        try:
            work()
        except Exception:  # noqa: BLE001 - it is to go, whatever it says
            traceback.print_exc()


def main() -> None:
    channel = Channel()
    order = channel.order()
    try:
        driver = Driver(order["conf"])
    except BaseException:  # noqa: BLE001 - the log has it
        traceback.print_exc()
        os._exit(1)
    channel.send("ready", pid=driver.pid())
    threading.Thread(target=driver.warm, daemon=True).start()
    while True:
        one = channel.order()
        threading.Thread(target=answer, args=(channel, driver, one), daemon=True).start()


def end_with(jvm: Any) -> None:
    """Without the JVM there is nothing to drive."""
    jvm.wait()
    os._exit(1)


def answer(channel: Channel, driver: Driver, one: Dict[str, Any]) -> None:
    """Does one thing that was asked for. A JVM that does not answer any more is the end of this process."""
    try:
        value = getattr(driver, one["do"])(*one["args"])
    except BaseException:  # noqa: BLE001 - the log has it
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    channel.send("done", id=one["id"], value=value)


if __name__ == "__main__":
    main()
