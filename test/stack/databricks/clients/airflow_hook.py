"""What Airflow's hook and operators make of databricks-local, as one line of JSON. Arguments: port, token, cluster.

The notebooks are there: good (exit "42"), bad (fails, succeeds the second time), long, echo.
"""

import json
import os
import sys

port, token, cluster = sys.argv[1:4]
connection = {"conn_type": "databricks", "host": "127.0.0.1", "schema": "http", "port": int(port), "password": token}
os.environ["AIRFLOW_CONN_DATABRICKS_DEFAULT"] = json.dumps(connection)

from airflow.providers.databricks.hooks.databricks import DatabricksHook  # noqa: E402
from airflow.providers.databricks.operators.databricks import DatabricksRunNowOperator, DatabricksSubmitRunOperator  # noqa: E402


class Instance:
    """What an operator asks of its task instance."""

    stats_tags = {}

    def __init__(self):
        self.pushed = {}

    def xcom_push(self, key, value, **_):
        self.pushed[key] = value

    def xcom_pull(self, *_, **__):
        return None


def execute(operator):
    instance = Instance()
    type(operator).execute.__wrapped__(operator, {"ti": instance})
    return instance.pushed


def submit(name, **more):
    # The flat form, numbers as text: what the operator makes of its arguments.
    return DatabricksSubmitRunOperator(
        task_id=name,
        existing_cluster_id=cluster,
        notebook_task={"notebook_path": f"/Shared/{name}", "base_parameters": {"n": 3}},
        polling_period_seconds=1,
        timeout_seconds=3600,
        **more,
    )


hook = DatabricksHook()
found = {"connection": hook.test_connection()}
pushed = execute(submit("good", idempotency_token="airflow"))
run_id = pushed["run_id"]
found["submit"] = [hook.get_run_state(run_id).result_state, "/runs/" in pushed["run_page_url"]]
found["again"] = execute(submit("good", idempotency_token="airflow"))["run_id"] == run_id
found["output"] = hook.get_run_output(hook.get_run(run_id)["tasks"][0]["run_id"])["notebook_output"]["result"]
echo = execute(submit("echo"))
found["parameters"] = json.loads(hook.get_run_output(echo["run_id"])["notebook_output"]["result"])

operator = submit("bad")
try:
    execute(operator)
except Exception as error:  # noqa: BLE001
    found["failed"] = str(error)
failed = operator.run_id
repair_id = hook.repair_run({"run_id": failed, "rerun_all_failed_tasks": True})
while not hook.get_run_state(failed).is_terminal:
    pass
found["repair"] = [hook.get_run_state(failed).result_state, hook.get_latest_repair_id(failed) == repair_id]

long = hook.submit_run({"existing_cluster_id": cluster, "notebook_task": {"notebook_path": "/Shared/long"}})
hook.cancel_run(long)
while not hook.get_run_state(long).is_terminal:
    pass
found["cancel"] = hook.get_run_state(long).result_state
hook.delete_run(long)

settings = {"name": "airflow job", "tasks": [{"task_key": "a", "existing_cluster_id": cluster, "notebook_task": {"notebook_path": "/Shared/echo"}}]}
job_id = hook.create_job(settings)
found["jobs"] = [hook.find_job_id_by_name("airflow job") == job_id, len(hook.list_jobs())]
ran = execute(DatabricksRunNowOperator(task_id="now", job_id=str(job_id), notebook_params={"day": "2"}, polling_period_seconds=1))
task_run = hook.get_run_tasks(ran["run_id"])[0]["run_id"]
found["run now"] = json.loads(hook.get_run_output(task_run)["notebook_output"]["result"])
hook.reset_job(str(job_id), {**settings, "name": "renamed"})
found["reset"] = hook.find_job_id_by_name("renamed") == job_id
found["cluster"] = hook.get_cluster_state(cluster).state
try:
    hook.get_run_state(5)
except Exception as error:  # noqa: BLE001
    found["refused"] = str(error)
print(json.dumps(found))
