from datetime import datetime, timedelta

from airflow.sdk import DAG
from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator

default_args = {
    "owner": "pinterest",
    "depends_on_past": False,
    "email_on_failure": False,
    "email_on_retry": False,
    "retries": 2,
    "retry_delay": timedelta(minutes=2),
}

with DAG(
    "pinterest_notebook",
    start_date=datetime(2026, 3, 1),
    schedule="@daily",
    catchup=False,
    default_args=default_args,
):
    DatabricksSubmitRunOperator(
        task_id="submit_run",
        databricks_conn_id="databricks_default",
        existing_cluster_id="0301-120000-abcdefgh",
        notebook_task={"notebook_path": "/Shared/clean-and-query"},
        polling_period_seconds=30,
        deferrable=True,
    )
