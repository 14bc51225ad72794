from datetime import datetime, timedelta

from airflow.sdk import DAG
from airflow.providers.amazon.aws.sensors.s3 import S3KeySensor
from airflow.providers.slack.notifications.slack_webhook import SlackWebhookNotifier
from airflow.providers.standard.operators.python import (
    BranchPythonOperator,
    PythonOperator,
    ShortCircuitOperator,
)
from airflow.timetables.interval import CronDataIntervalTimetable

from shop import load_day, load_month, publish, write_report


def pick_load(logical_date, **_):
    return "load_month" if logical_date.day == 1 else "load_day"


def publish_rows(ti):
    rows = [count for count in ti.xcom_pull(task_ids=["load_month", "load_day"]) if count]
    publish(rows[0])


with DAG(
    "orders_etl",
    start_date=datetime(2026, 3, 1),
    schedule=CronDataIntervalTimetable("0 5 * * *", timezone="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "execution_timeout": timedelta(hours=1)},
    on_failure_callback=SlackWebhookNotifier(slack_webhook_conn_id="ops", text="{{ dag.dag_id }} failed"),
):
    wait_for_export = S3KeySensor(
        task_id="wait_for_export",
        bucket_key="exports/{{ data_interval_start | ds }}/_SUCCESS",
        bucket_name="shop",
        mode="reschedule",
        poke_interval=300,
        timeout=6 * 60 * 60,
    )
    pick = BranchPythonOperator(task_id="pick", python_callable=pick_load)
    month = PythonOperator(task_id="load_month", python_callable=load_month)
    day = PythonOperator(task_id="load_day", python_callable=load_day)
    publish_task = PythonOperator(
        task_id="publish",
        python_callable=publish_rows,
        trigger_rule="none_failed_min_one_success",
    )
    is_monday = ShortCircuitOperator(
        task_id="is_monday",
        python_callable=lambda logical_date, **_: logical_date.weekday() == 0,
    )
    report = PythonOperator(task_id="report", python_callable=write_report)

    wait_for_export >> pick >> [month, day] >> publish_task >> is_monday >> report
