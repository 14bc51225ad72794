# Databricks notebook source
# MAGIC %md
# MAGIC # Clean geolocations (task 2)
# MAGIC
# MAGIC Takes the landed records of `<user>.geo` into the Delta table `tables/spark/geo`. Its widgets are explained in `shared/settings` and
# MAGIC `shared/landed`. It ends with a manifest: the table's version and what became of the lines.

# COMMAND ----------

# MAGIC %run ./shared/cleaned

# COMMAND ----------

landed = begin("geo")
judged = judge_lines(landed)
figures = figures_of(landed, judged)

# COMMAND ----------

# MAGIC %md
# MAGIC ## The columns, in the course's order
# MAGIC
# MAGIC `coordinates` is latitude, then longitude; where one of them is unknown, it alone is null.

# COMMAND ----------

geos = judged.where("reason IS NULL").select(
    "ind",
    null_where("country"),
    F.array("latitude", "longitude").alias("coordinates"),
    as_instant("timestamp"),
    *OWN_COLUMNS,
)

# COMMAND ----------

manifest = publish(landed, judged, figures, geos)

# COMMAND ----------

dbutils.notebook.exit(json.dumps(manifest))
