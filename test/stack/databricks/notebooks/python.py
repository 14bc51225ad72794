# Databricks notebook source
# MAGIC %run ./inner_names

# COMMAND ----------

from pyspark.sql.functions import *
from pyspark.sql.types import *
import pandas as pd

df = spark.createDataFrame(pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]}))
display(df.toPandas())
assert [row[0] for row in df.select(shout("b")).collect()] == ["X!", "Y!", "?"]
assert df.to_pandas_on_spark().shape == (3, 2)
df.printSchema()
df.show()

# COMMAND ----------

import os
import pyspark
import requests
import yaml

# The ones that come with Spark, and not what the Python that runs it happens to have.
packages = os.path.dirname(os.path.dirname(pyspark.__file__))
assert [os.path.dirname(os.path.dirname(one.__file__)) for one in (requests, yaml)] == [packages, packages]
assert yaml.safe_load("a: [1, 2]") == {"a": [1, 2]}

# COMMAND ----------

import glob
import os
import pathlib
import shutil

df.write.mode("overwrite").option("header", True).csv("/FileStore/out.csv")
assert pd.concat([pd.read_csv(one) for one in glob.glob("/dbfs/FileStore/out.csv/part-*")]).shape == (3, 2)
pathlib.Path("/dbfs/FileStore/a.txt").write_text("a")
shutil.copy("/dbfs/FileStore/a.txt", "/dbfs/FileStore/b.txt")
assert dbutils.fs.head("dbfs:/FileStore/b.txt") == "a"
os.makedirs("/dbfs/tmp/deep/er", exist_ok=True)
shutil.rmtree("/dbfs/tmp/deep")
assert not os.path.exists("/dbfs/tmp/deep") and os.path.isdir("/dbfs/tmp")

# COMMAND ----------

# MAGIC %sql
# MAGIC DROP TABLE IF EXISTS placed;
# MAGIC CREATE TABLE placed (a INT, `b c` STRING) USING delta LOCATION '/tmp/placed' TBLPROPERTIES ('delta.columnMapping.mode' = 'name');
# MAGIC INSERT INTO placed VALUES (1, '${who}');
# MAGIC SELECT * FROM placed WHERE `b c` = :who

# COMMAND ----------

assert _sqldf.count() == 1
df.write.saveAsTable("gone", mode="overwrite")
dbutils.fs.rm("dbfs:/user/hive/warehouse/gone", True)
spark.sql("DROP TABLE IF EXISTS gone")
df.write.saveAsTable("gone")
spark.sql("DROP TABLE gone")

# COMMAND ----------

from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(2) as pool:
    assert list(pool.map(lambda n: dbutils.notebook.run("./inner", 60, {"n": n}), [1, 2])) == ["3", "5"]
    assert list(pool.map(lambda n: spark.range(n).count(), [1, 2])) == [1, 2]

# COMMAND ----------

from dataclasses import dataclass


@dataclass
class Point:
    x: int


assert sc.parallelize([1, 2]).map(lambda n: Point(n).x).collect() == [1, 2]
spark.stop()
assert spark.range(2).count() == 2

# COMMAND ----------

seen = []
source = spark.readStream.schema("a LONG, b STRING").option("header", True).csv("/FileStore/out.csv")
query = source.writeStream.foreachBatch(lambda frame, n: seen.append(frame.count())).trigger(once=True).start()
query.awaitTermination()
assert seen == [3], seen
dbutils.notebook.exit("done")
