# Databricks notebook source
# MAGIC %sh
# MAGIC (trap '' TERM; sleep 331) &

# COMMAND ----------

spark.readStream.format("rate").load().writeStream.format("noop").start()

# COMMAND ----------

print("busy")
from pyspark.sql.functions import udf
import threading
import time

slow = udf(lambda n: time.sleep(300), "int")
threading.Thread(target=lambda: spark.range(2).select(slow("id")).collect()).start()
spark.range(2).select(slow("id")).collect()
