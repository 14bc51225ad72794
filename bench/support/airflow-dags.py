# What `npm run bench -- airflow-peer` runs as DAGs, for Airflow: see ../airflow.md. Tasks do nothing, so that what is
# measured is the orchestrator.
import time
from datetime import datetime
from pathlib import Path

from airflow.sdk import DAG, task

settings = {"schedule": None, "start_date": datetime(2026, 1, 1), "is_paused_upon_creation": False}


@task
def nothing():
    return None


def bench(dag_id, tasks, parallel, **more):
    with DAG(dag_id, **settings, **more):
        previous = None
        for n in range(tasks):
            this = nothing.override(task_id=f"t{n}")()
            if previous is not None and not parallel:
                previous >> this
            previous = this


bench("bench_one", 1, False)
bench("bench_chain", 40, False)
bench("bench_parallel", 100, True)
bench("bench_runs", 5, False, max_active_runs=20)

with DAG("bench_kill", **settings):

    @task(retries=1, retry_delay=0)
    def hang_once(ti=None):
        # The second try tells when it began; the first one waits to be killed.
        if ti.try_number == 1:
            time.sleep(3600)
        Path("/tmp/bench_kill_again").write_text(str(time.time()))

    hang_once()
