# Databricks notebook source
# MAGIC %md
# MAGIC # Clean users (task 3)
# MAGIC
# MAGIC Takes the landed records of `<user>.user` into the Delta table `tables/spark/user`. Its widgets are explained in `shared/settings` and
# MAGIC `shared/landed`. It ends with a manifest: the table's version and what became of the lines.

# COMMAND ----------

# MAGIC %run ./shared/cleaned

# COMMAND ----------

landed = begin("user")
judged = judge_lines(landed)
figures = figures_of(landed, judged)

# COMMAND ----------

# MAGIC %md
# MAGIC ## The columns, in the course's order
# MAGIC
# MAGIC `concat` gives null where either name is unknown: half a name is nobody's. (`concat_ws` would leave the other half.)

# COMMAND ----------

users = judged.where("reason IS NULL").select(
    "ind",
    F.concat(null_where("first_name"), F.lit(" "), null_where("last_name")).alias("user_name"),
    "age",
    as_instant("date_joined"),
    *OWN_COLUMNS,
)

# COMMAND ----------

manifest = publish(landed, judged, figures, users)

# COMMAND ----------

dbutils.notebook.exit(json.dumps(manifest))
