# Databricks notebook source
# MAGIC %md
# MAGIC # Settings: where everything is
# MAGIC
# MAGIC All notebooks of this folder `%run` this one. A job gives the widgets as its notebook parameters.
# MAGIC
# MAGIC | widget | meaning |
# MAGIC |---|---|
# MAGIC | `bucket` | name of the bucket, or a mounted one's folder (`/mnt/my-bucket`) |
# MAGIC | `scheme` | scheme of the bucket's URIs: `s3` (Databricks), `s3a` or `s3n` |
# MAGIC | `tables` | folder of the Delta tables in the bucket; only these notebooks write to it |
# MAGIC | `run` | id of the run, by which it is known when it is done again; empty: by hand, always done anew |

# COMMAND ----------

import json
import uuid

from delta.tables import DeltaTable
from pyspark.sql import functions as F
from pyspark.sql.utils import AnalysisException

dbutils.widgets.text("bucket", "", "Bucket")
dbutils.widgets.dropdown("scheme", "s3", ["s3", "s3a", "s3n"], "URI scheme")
dbutils.widgets.text("tables", "tables/spark", "Folder of the tables")
dbutils.widgets.text("run", "", "Run id")

# The source's times have no zone and are UTC; years and days are then counted in UTC, too, whatever the cluster's zone is.
spark.conf.set("spark.sql.session.timeZone", "UTC")

# COMMAND ----------


def setting(name):
    return dbutils.widgets.get(name).strip()


def uri_of(path):
    """URI of a path in the bucket."""
    bucket = setting("bucket").rstrip("/")
    if not bucket:
        raise ValueError("The widget bucket is empty: give it the name of the bucket, or a mounted bucket's folder")
    root = bucket if "/" in bucket else f"{setting('scheme')}://{bucket}"
    return f"{root}/{path.strip('/')}"


def table_uri(name):
    return uri_of(f"{setting('tables')}/{name}")


# COMMAND ----------

# MAGIC %md
# MAGIC ## Notes in the tables' history
# MAGIC
# MAGIC Every commit of these notebooks carries a note (Delta's `userMetadata`): which run it was, what it has absorbed, its figures. So a run
# MAGIC that is done again finds its own commit, and a later one knows where to go on. Nothing has to be remembered elsewhere.

# COMMAND ----------


def notes_of(uri):
    """Versions with notes of these notebooks, the newest first: `(version, note, operationMetrics)`. None: there is no such table."""
    try:
        history = DeltaTable.forPath(spark, uri).history()
    except AnalysisException as error:
        if "DELTA_MISSING_DELTA_TABLE" in str(error) or "not a Delta table" in str(error) or "PATH_NOT_FOUND" in str(error):
            return None
        raise
    rows = history.where("userMetadata LIKE '{\"notebooks\":%'").orderBy(F.desc("version")).collect()
    return [(row["version"], json.loads(row["userMetadata"]), dict(row["operationMetrics"] or {})) for row in rows]


def note_of_run(notes, run):
    """This run's own commit among notes; None when it has none."""
    return next((one for one in notes or [] if run and one[1]["run"] == run), None)


def newest_version(uri):
    return DeltaTable.forPath(spark, uri).history(1).first()["version"]


def new_note(**what):
    """A note; `commit` tells it from all others."""
    return {"notebooks": 1, "run": setting("run"), "commit": str(uuid.uuid4()), **what}


def count_rows(uri, version):
    return spark.read.format("delta").option("versionAsOf", version).load(uri).count()
