from airflow.sdk import Param, dag, task, task_group

from partners import load_rows, list_partner_files, read_file, write_summary


@dag(
    schedule=None,
    params={
        "day": Param("2026-03-01", type="string", format="date", description="whose files"),
        "at_most": Param(100, type="integer", minimum=1, description="files at most"),
    },
)
def partner_files():
    @task
    def list_files(params):
        return list_partner_files(params["day"])[: params["at_most"]]

    @task_group
    def one_file(file):
        @task(retries=4, retry_exponential_backoff=True, max_active_tis_per_dagrun=8)
        def fetch(file):
            return read_file(file)

        @task
        def load(part):
            return load_rows(part["key"])

        return load(fetch(file))

    @task(trigger_rule="all_done")
    def summarize(counts):
        write_summary(sum(counts))

    summarize(one_file.expand(file=list_files()))


partner_files()
