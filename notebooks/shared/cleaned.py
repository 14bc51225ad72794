# Databricks notebook source
# MAGIC %md
# MAGIC # Cleaned: from judged lines to a Delta table
# MAGIC
# MAGIC One row an `ind`, the newest that was posted: of several records the one with the highest (partition, offset) wins, within a run and against
# MAGIC what the table has. So a run that is done again changes nothing, and a late old run never overwrites newer rows.

# COMMAND ----------

# MAGIC %run ./settings

# COMMAND ----------

# MAGIC %run ./records

# COMMAND ----------

# MAGIC %run ./landed

# COMMAND ----------

from pyspark.sql import Window

# What every cleaned table has beside the course's columns: unknown fields as JSON, and where the record was.
OWN_COLUMNS = ["_rescued_data", "partition", "offset"]

# Types of the fields that `judge` gives, and of Arrow, which carries them from Python to Spark. An instant is microseconds.
FIELD_TYPES = {"text": "string", "instant": "long", "number": "double", "integer": "int"}

# COMMAND ----------

# MAGIC %md
# MAGIC ## Begin

# COMMAND ----------



def begin(table):
    """
    What the table tells before a run. When this very run has cleaned it already, the notebook ends here with the figures of that time.
    """
    uri = table_uri(table)
    notes = notes_of(uri) or []
    topic = f"{setting('user')}.{table}"
    newest = notes[0][1] if notes else {"topic": topic, "absorbed": {}}
    if newest["topic"] != topic:
        raise ValueError(
            f"The table {uri} is made of the topic {newest['topic']}: of two topics' records nobody can tell the newer. "
            "Give each user a bucket, or another folder of tables."
        )
    own = note_of_run(notes, setting("run"))
    if own is not None:
        print("This run has cleaned the table already: nothing to do.")
        dbutils.notebook.exit(json.dumps(manifest_of(uri, *own)))
    return read_landed(table, {int(partition): end for partition, end in newest["absorbed"].items()})


# COMMAND ----------

# MAGIC %md
# MAGIC ## Judge

# COMMAND ----------


def judged_schema(fields):
    kept = [f"`{name}` {FIELD_TYPES[kind]}" for name, kind in fields.items() if kind != "dropped"]
    return ", ".join(
        ["partition int", "offset long", "wrong boolean", "reason string", "bad_line binary", "ind long", *kept]
        + ["absent array<string>", "_rescued_data string"]
    )


def judge_lines(landed):
    """Every line with its place and verdict; a bad one with its bytes, a good one with its fields."""
    fields = FIELDS[landed.table]
    types = {name: FIELD_TYPES[kind] for name, kind in fields.items() if kind != "dropped"}

    def judge_batches(batches):
        import pyarrow as pa

        arrow = {"string": pa.string(), "long": pa.int64(), "double": pa.float64(), "int": pa.int32()}
        schema = pa.schema(
            [("partition", pa.int32()), ("offset", pa.int64()), ("wrong", pa.bool_()), ("reason", pa.string())]
            + [("bad_line", pa.binary()), ("ind", pa.int64()), *((name, arrow[kind]) for name, kind in types.items())]
            + [("absent", pa.list_(pa.string())), ("_rescued_data", pa.string())]
        )
        for batch in batches:
            rows = []
            for row in batch.to_pylist():
                line = row.pop("line")
                verdict = judge(line, fields)
                rows.append({**row, **verdict, "bad_line": None if verdict["reason"] is None else line})
            yield pa.RecordBatch.from_pylist(rows, schema=schema)

    # Kept, since it is looked at several times.
    return landed.lines.mapInArrow(judge_batches, judged_schema(fields)).persist()


def figures_of(landed, judged):
    """
    What became of the lines. Fails, before anything has been changed, unless each line that landed is clean or in quarantine, and
    each object has the lines that its metadata tell.
    """
    count = lambda condition: F.count(F.when(condition, 1))
    is_good = F.col("reason").isNull()
    absent = [count(is_good & F.array_contains("absent", name)).alias(name) for name in FIELDS[landed.table]]
    row = judged.agg(
        F.count("*").alias("#read"),
        count(is_good).alias("#clean"),
        count(F.col("reason").isNotNull()).alias("#quarantined"),
        count(F.col("wrong")).alias("#wrong"),
        *absent,
    ).first()
    read, clean, quarantined = row["#read"], row["#clean"], row["#quarantined"]
    if row["#wrong"] > 0:
        raise AssertionError(f"{row['#wrong']} lines are of objects with another number of lines than they should have: nothing was changed")
    if read != clean + quarantined or (landed.expected is not None and read != landed.expected):
        landed_lines = "an unknown number of" if landed.expected is None else landed.expected
        raise AssertionError(
            f"{read} lines were read ({clean} clean, {quarantined} bad), but {landed_lines} lines have landed: nothing was changed"
        )
    missing = {name: row[name] for name in FIELDS[landed.table] if row[name] > 0}
    return {"read": read, "clean": clean, "quarantined": quarantined, "missing": missing}


# COMMAND ----------

# MAGIC %md
# MAGIC ## Texts that stand for nothing

# COMMAND ----------


def null_where(column, *nothings):
    """A text column without the texts that stand for nothing: exactly these, and the empty one."""
    return F.when(F.col(column).isin("", *nothings), None).otherwise(F.col(column)).alias(column)


def as_instant(column):
    return F.expr(f"timestamp_micros(`{column}`)").alias(column)


# COMMAND ----------

# MAGIC %md
# MAGIC ## Quarantine and MERGE

# COMMAND ----------


def open_table(uri, columns):
    """The Delta table at a URI, made when there is none. Without deletion vectors, so that every Delta reader can read it."""
    DeltaTable.createIfNotExists(spark).location(uri).addColumns(columns).property(
        "delta.enableDeletionVectors", "false"
    ).execute()
    return DeltaTable.forPath(spark, uri)


def keep_bad_lines(table, judged):
    """Bad lines go into a table of their own as they came, with the reason. Once each, however often they are met."""
    bad = judged.where("reason IS NOT NULL").select(
        "partition", "offset", "reason", F.col("bad_line").alias("line"), F.lit(setting("run")).alias("run")
    )
    kept = open_table(table_uri(f"{table}_quarantine"), bad.schema)
    kept.alias("kept").merge(
        bad.alias("bad"), "kept.partition = bad.partition AND kept.offset = bad.offset"
    ).whenNotMatchedInsertAll().execute()


def newest_of_each(rows):
    """Of the rows of one `ind` the one with the highest place."""
    by_place = Window.partitionBy("ind").orderBy(F.desc("partition"), F.desc("offset"))
    return rows.withColumn("nth", F.row_number().over(by_place)).where("nth = 1").drop("nth")


def manifest_of(uri, version, note, metrics):
    """What the notebook ends with."""
    return {
        "table": note["table"],
        "path": uri,
        "version": version,
        **note["figures"],
        "rows": count_rows(uri, version),
        "inserted": int(metrics.get("numTargetRowsInserted", 0)),
        "updated": int(metrics.get("numTargetRowsUpdated", 0)),
        "absorbed": note["absorbed"],
    }


def publish(landed, judged, figures, cleaned):
    """Merges the cleaned rows into the table in one commit, which carries the run's figures; gives the manifest."""
    uri = table_uri(landed.table)
    if figures["quarantined"] > 0:
        keep_bad_lines(landed.table, judged)
    table = open_table(uri, cleaned.schema)
    note = new_note(table=landed.table, topic=landed.topic, absorbed=landed.absorbed, figures=figures)
    spark.conf.set("spark.databricks.delta.commitInfo.userMetadata", json.dumps(note))
    try:
        table.alias("old").merge(newest_of_each(cleaned).alias("new"), "old.ind = new.ind").whenMatchedUpdateAll(
            "new.partition > old.partition OR (new.partition = old.partition AND new.offset > old.offset)"
        ).whenNotMatchedInsertAll().execute()
    finally:
        spark.conf.unset("spark.databricks.delta.commitInfo.userMetadata")
    own = next((one for one in notes_of(uri) if one[1]["commit"] == note["commit"]), None)
    # Delta may make no commit when nothing changes; the newest version then has this run's rows.
    return manifest_of(uri, *(own or (newest_version(uri), note, {})))
