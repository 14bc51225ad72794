# Databricks notebook source
# MAGIC %run
# MAGIC ./inner_names

# COMMAND ----------

  import os
  import sys

  assert os.getcwd().endswith("/Users/ada"), os.getcwd()
  for name, word in (("words.py", "one"), ("/Workspace/Users/ada/deep/deeper.py", "two")):
      os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
      with open(name, "w") as file:
          file.write(f"def say(text):\n    return text + ' {word}'\n")
  sys.path.append("/Workspace/Users/ada/deep")

# COMMAND ----------

import deeper
import words
from pyspark.sql.functions import udf

frame = spark.createDataFrame([("a",)], ["a"])
assert frame.select(udf(words.say)("a"), udf(lambda text: deeper.say(text))("a")).first()[:] == ("a one", "a two")

# COMMAND ----------

# A worker that had the module keeps nothing of it.
import importlib

with open("/Workspace/Users/ada/words.py", "w") as file:
    file.write("def say(text):\n    return text + ' three, at last'\n")
importlib.invalidate_caches()
importlib.reload(words)
assert frame.select(udf(words.say)("a")).first()[0] == "a three, at last"
assert not os.path.exists("__pycache__")

# COMMAND ----------

# MAGIC %time counted = frame.count()
# MAGIC %timeit -n 1 frame.count()
# MAGIC assert counted == 1

# COMMAND ----------

# MAGIC %sh cat words.py

# COMMAND ----------

dbutils.help()
dbutils.fs.help("mount")
dbutils.widgets.help()
dbutils.data.summarize(frame)
