# Databricks notebook source
# MAGIC %md
# MAGIC # Answers: asked of certain versions, published once
# MAGIC
# MAGIC A run asks the versions that its own cleaning made, whatever has been published since: asking again gives the same. An old run that is asked
# MAGIC again does not overwrite the answers to newer versions.

# COMMAND ----------

from urllib.parse import quote

dbutils.widgets.text("versions", "", "Versions of the cleaned tables")
dbutils.widgets.text("answers", "answers/spark", "Folder of the answers' JSON")

CLEANED = ("pin", "geo", "user")

# Versions that are asked, and each answer's rows and table.
asked = []
answers = {}

# COMMAND ----------


def open_tables():
    """Makes a view of each cleaned table at its version, and remembers which that was."""
    versions = json.loads(setting("versions") or "{}")
    asked.clear()
    answers.clear()
    for name in CLEANED:
        uri = table_uri(name)
        version = versions.get(name)
        if version is None:
            version = newest_version(uri)
        spark.read.format("delta").option("versionAsOf", version).load(uri).createOrReplaceTempView(name)
        # A table that is made anew begins with version 0 again, so its version says something only together with its id.
        table_id = DeltaTable.forPath(spark, uri).detail().first()["id"]
        asked.append({"table": name, "id": table_id, "version": version})


def answer(name, query):
    """Asks a question; its rows are few, and kept until all are published together."""
    found = spark.sql(query)
    rows = found.collect()
    # One file in this order, and never worked out again.
    frame = spark.createDataFrame(rows, found.schema).coalesce(1)
    answers[name] = (rows, frame)
    return frame


# COMMAND ----------


def is_newer(note):
    """
    Whether a table of answers has the answer to newer versions. The first table whose versions differ decides: of runs that cleaned side by
    side each may have the newer version of one, and then too the last answer must not depend on who is late.
    """
    had = {(one["table"], one["id"]): one["version"] for one in note["asked"]}
    for one in asked:
        version = had.get((one["table"], one["id"]))
        if version is not None and version != one["version"]:
            return version > one["version"]
    return False


def publish_answer(name, frame):
    """Overwrites an answer's table, unless this run has done so, or it answers newer versions; gives the version that has this run's rows."""
    uri = table_uri(f"answers/{name}")
    notes = notes_of(uri)
    own = note_of_run(notes, setting("run"))
    if own is not None:
        return own[0]
    if notes and is_newer(notes[0][1]):
        return None
    note = new_note(asked=asked)
    # Delta makes no commit where no rows replace no rows, and the note would be lost; with a number of an application it does.
    number = 0 if notes is None else newest_version(uri) + 1
    frame.write.format("delta").mode("overwrite").option("userMetadata", json.dumps(note)).option(
        "txnAppId", "answers"
    ).option("txnVersion", number).save(uri)
    return next(version for version, other, _ in notes_of(uri) if other["commit"] == note["commit"])


def json_value(value):
    """As JavaScript writes it: a whole median without a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def publish_answers():
    """Writes all answers, as Delta tables and as one JSON document; gives the manifest."""
    document = {
        name: [{column: json_value(value) for column, value in row.asDict().items()} for row in rows]
        for name, (rows, _) in answers.items()
    }
    key = f"{setting('answers').strip('/')}/{quote(setting('run') or 'by-hand', safe='')}.json"
    dbutils.fs.put(uri_of(key), json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n", True)
    versions = {name: publish_answer(name, frame) for name, (_, frame) in answers.items()}
    return {
        "key": key,
        "tables": table_uri("answers"),
        "versions": versions,
        "rows": {name: len(rows) for name, rows in document.items()},
        "asked": {one["table"]: one["version"] for one in asked},
    }
