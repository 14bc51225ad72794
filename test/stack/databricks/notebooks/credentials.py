# Databricks notebook source
# MAGIC %md
# MAGIC ## Credentials
# MAGIC The CSV that was uploaded, as a Delta table. Its columns have spaces in their names.

# COMMAND ----------

dbutils.fs.ls("/FileStore/tables")

# COMMAND ----------

aws_keys_df = (
    spark.read.format("csv").option("header", "true").option("sep", ",").load("/FileStore/tables/authentication_credentials.csv")
)
(
    aws_keys_df.write.format("delta").mode("overwrite").option("delta.columnMapping.mode", "name")
    .save("dbfs:/user/hive/warehouse/authentication_credentials")
)
