# Databricks notebook source
from delta.tables import DeltaTable

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE DATABASE IF NOT EXISTS shop;
# MAGIC CREATE OR REPLACE TABLE shop.sales (id INT, name STRING);
# MAGIC INSERT INTO shop.sales VALUES (1, 'a'), (2, 'b')

# COMMAND ----------

news = spark.createDataFrame([(2, "B"), (3, "c")], "id INT, name STRING")
table = DeltaTable.forName(spark, "shop.sales")
table.alias("t").merge(news.alias("s"), "t.id = s.id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
table.delete("id = 1")
assert [tuple(row) for row in spark.table("shop.sales").orderBy("id").collect()] == [(2, "B"), (3, "c")]
assert [one.name for one in spark.catalog.listTables("shop")] == ["sales"]
bucket = dbutils.widgets.get("bucket")
for scheme in ("s3a", "s3n", "s3"):
    news.write.format("delta").mode("append").save(f"{scheme}://{bucket}/tables/news")
assert spark.read.format("delta").load(f"/mnt/{bucket}/tables/news").count() == 6
news.write.format("delta").mode("overwrite").save(f"/mnt/{bucket}/tables/mounted")
assert spark.read.format("delta").load(f"s3a://{bucket}/tables/mounted").count() == 2

# COMMAND ----------

# A file of a bucket is overwritten only when that is asked for.
note = f"/mnt/{bucket}/notes/a.txt"
dbutils.fs.put(note, "first")
try:
    dbutils.fs.put(note, "second")
    assert False
except Exception as error:
    assert "FileAlreadyExistsException" in str(error), error
assert dbutils.fs.head(note) == "first"
dbutils.fs.put(note, "third", overwrite=True)
assert dbutils.fs.head(note) == "third"
