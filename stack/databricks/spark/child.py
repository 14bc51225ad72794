"""The process of one run. Gets ready, says so, runs what it is told to, says how that ended, and ends."""

from typing import Any, Dict

from .channel import Channel


def prepare(session: Any, order: Dict[str, Any]) -> None:
    """Facts of the cluster as notebooks ask for them."""
    usage = "spark.databricks.clusterUsageTags."
    for name, value in {"clusterId": order["clusterId"], "clusterName": order["clusterId"], "sparkVersion": f"{session.version}-local"}.items():
        session.conf.set(usage + name, value)


def main() -> None:
    channel = Channel()
    from . import local_paths
    from .runner import Runner
    from .session import attach, name_jobs, session_id

    door = channel.order()
    session = attach(door["port"], door["secret"])
    channel.send("ready", session=session_id(session))
    order = channel.order()
    workspace = local_paths.workspace_of(order["notebookPath"], order["notebookFile"])
    local_paths.install({"/dbfs": order["dbfsRoot"], "/Workspace": workspace})
    name_jobs(session.sparkContext, order["group"], order["pool"], f"run {order['runId']}: {order['notebookPath']}")
    prepare(session, order)
    channel.send("end", end=Runner(session, channel, order).run())
    # Until it is killed, with whatever the notebook left running.
    channel.order()


if __name__ == "__main__":
    main()
