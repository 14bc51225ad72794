# Databricks notebook source
folder = "/tmp/streamed"
dbutils.fs.rm(folder, True)
spark.range(10).write.format("json").save(folder + "/in")
source = spark.readStream.schema("id LONG").json(folder + "/in")
display(source)
display(source.groupBy().count())

# COMMAND ----------

if dbutils.widgets.get("what") == "fails":
    from pyspark.sql.functions import udf

    source = source.select(udf(lambda n: 1 // 0, "int")("id").alias("id"))
writer = source.writeStream.format("delta").outputMode("append").option("checkpointLocation", folder + "/checkpoint")
if dbutils.widgets.get("what") == "once":
    writer = writer.trigger(availableNow=True)
writer.table("streamed_" + dbutils.widgets.get("what"))
print("started")
