"""What databricks-sdk makes of databricks-local, as one line of JSON. Arguments: host, token, client secret, cluster."""

import base64
import io
import json
import sys

from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import DatabricksError, OperationFailed
from databricks.sdk.service import compute, jobs, workspace

host, token, secret, cluster = sys.argv[1:5]
w = WorkspaceClient(config=Config(host=host, token=token))
found = {}


def put(name, script):
    path = f"/Shared/{name}"
    source = f"# Databricks notebook source\n# script: {json.dumps(script)}\n"
    w.workspace.upload(path, io.BytesIO(source.encode()), format=workspace.ImportFormat.SOURCE, language=workspace.Language.PYTHON, overwrite=True)
    return path


def task(path, key="main", **more):
    return jobs.SubmitTask(task_key=key, existing_cluster_id=cluster, notebook_task=jobs.NotebookTask(notebook_path=path), **more)


def refused(call):
    try:
        call()
    except DatabricksError as error:
        return f"{type(error).__name__}: {error}"
    return "nothing was refused"


good = put("sdk-good", {"ms": 50, "end": {"state": "success", "exit": "42"}})
bad = put("sdk-bad", [{"end": {"state": "failed", "error": "ValueError: x"}}, {"end": {"state": "success", "exit": "mended"}}])
long = put("sdk-long", {"ms": 600_000})

run = w.jobs.submit(run_name="by the SDK", tasks=[task(good)], idempotency_token="sdk").result()
found["submit"] = [run.run_name, run.state.result_state.value, run.status.termination_details.code.value]
found["output"] = w.jobs.get_run_output(run.tasks[0].run_id).notebook_output.result
found["again"] = w.jobs.submit(run_name="other", tasks=[task(good)], idempotency_token="sdk").response.run_id == run.run_id

waiter = w.jobs.submit(tasks=[task(bad)])
try:
    waiter.result()
except OperationFailed as error:
    found["failed"] = str(error)
failed = w.jobs.get_run(waiter.run_id)
found["error"] = w.jobs.get_run_output(failed.tasks[0].run_id).error
mended = w.jobs.repair_run(waiter.run_id, rerun_all_failed_tasks=True).result()
found["repair"] = [mended.state.result_state.value, w.jobs.get_run_output(mended.tasks[0].run_id).notebook_output.result]
found["history"] = [one.type.value for one in w.jobs.get_run(waiter.run_id, include_history=True).repair_history]

canceled = w.jobs.submit(tasks=[task(long)])
w.jobs.cancel_run_and_wait(canceled.run_id)
found["cancel"] = w.jobs.get_run(canceled.run_id).state.result_state.value

many = w.jobs.submit(tasks=[task(good, f"t{n}") for n in range(120)]).result()
found["pages of tasks"] = len(w.jobs.get_run(many.run_id).tasks)
for n in range(30):
    w.jobs.submit(tasks=[task(good)], idempotency_token=f"sdk-{n}")
listed = [one.run_id for one in w.jobs.list_runs()]
found["pages of runs"] = [len(listed) >= 34, len(set(listed)) == len(listed)]
found["export"] = w.jobs.export_run(run.run_id).views[0].name
w.jobs.delete_run(run.run_id)
found["deleted"] = refused(lambda: w.jobs.get_run(run.run_id)).replace(str(run.run_id), "N")

job = w.jobs.create(name="sdk job", parameters=[jobs.JobParameterDefinition(name="day", default="1")], tasks=[
    jobs.Task(task_key="a", existing_cluster_id=cluster, notebook_task=jobs.NotebookTask(notebook_path=put("sdk-echo", {"echo": True})))
])
ran = w.jobs.run_now(job.job_id, job_parameters={"day": "2"}).result()
found["run now"] = json.loads(w.jobs.get_run_output(ran.tasks[0].run_id).notebook_output.result)
w.jobs.update(job.job_id, new_settings=jobs.JobSettings(name="renamed"))
found["jobs"] = [[one.settings.name for one in w.jobs.list(name="renamed")], w.jobs.get(job.job_id).settings.tasks[0].task_key]
w.jobs.delete(job.job_id)

found["refused"] = [
    refused(lambda: w.jobs.get_run(5)),
    refused(lambda: w.jobs.get(5)),
    refused(lambda: w.clusters.get("x")),
    refused(lambda: w.workspace.get_status("/nowhere")),
    refused(lambda: w.workspace.import_(good, content=base64.b64encode(b"x").decode(), language=workspace.Language.PYTHON)),
]
w.workspace.mkdirs("/Shared/sdk/deep")
found["workspace"] = [
    sorted(one.path for one in w.workspace.list("/Shared") if one.path.startswith("/Shared/sdk")),
    w.workspace.get_status(good).language.value,
    w.workspace.download(bad).read().decode().splitlines()[0],
]
with w.dbfs.open("/FileStore/sdk.bin", write=True, overwrite=True) as file:
    file.write(b"z" * 2_500_000)
found["dbfs"] = [len(w.dbfs.open("/FileStore/sdk.bin", read=True).read()), w.dbfs.get_status("/FileStore/sdk.bin").file_size]
w.secrets.create_scope("sdk")
w.secrets.put_secret("sdk", "key", string_value="value")
found["secrets"] = [base64.b64decode(w.secrets.get_secret("sdk", "key").value).decode(), [one.key for one in w.secrets.list_secrets("sdk")]]
w.clusters.ensure_cluster_is_running(cluster)
w.libraries.install(cluster, [compute.Library(pypi=compute.PythonPyPiLibrary(package="six"))])
found["cluster"] = [[one.cluster_id for one in w.clusters.list()] == [cluster], [one.status.value for one in w.libraries.cluster_status(cluster)]]
found["permissions"] = w.permissions.get("clusters", cluster).access_control_list[0].all_permissions[0].permission_level.value
principal = WorkspaceClient(config=Config(host=host, client_id="databricks-local", client_secret=secret))
found["principal"] = principal.current_user.me().user_name
found["wrong token"] = refused(lambda: WorkspaceClient(config=Config(host=host, token="wrong")).current_user.me())
print(json.dumps(found))
