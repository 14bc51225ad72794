# Databricks notebook source
dbutils.widgets.text("topic", "pin", "Topic")
dbutils.widgets.dropdown("mode", "all", ["all", "none"])
assert (dbutils.widgets.get("topic"), getArgument("mode"), dbutils.widgets.get("given")) == ("pin", "all", "by the run")
try:
    dbutils.widgets.get("nobody")
    assert False
except Exception as error:
    assert "No input widget named nobody is defined" in str(error)

# COMMAND ----------

# MAGIC %fs ls /

# COMMAND ----------

dbutils.fs.put("/tmp/u/a.txt", "hello", True)
dbutils.fs.cp("/tmp/u/a.txt", "dbfs:/tmp/u/b.txt")
dbutils.fs.mv("/tmp/u/b.txt", "/tmp/u/c.txt")
assert [(one.path, one.name, one.size) for one in dbutils.fs.ls("/tmp/u")] == [
    ("dbfs:/tmp/u/a.txt", "a.txt", 5),
    ("dbfs:/tmp/u/c.txt", "c.txt", 5),
]
with open("/dbfs/tmp/u/a.txt") as file:
    assert file.read() == "hello"
assert dbutils.fs.head("/tmp/u/c.txt", 2) == "he"
dbutils.fs.rm("/tmp/u", True)
try:
    dbutils.fs.ls("/tmp/u")
    assert False
except Exception as error:
    assert "java.io.FileNotFoundException" in str(error), error

# COMMAND ----------

# MAGIC %sh
# MAGIC echo "from a shell $((40 + 2))"; exit 3

# COMMAND ----------

context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
assert context.notebookPath().get().endswith("/utilities")
assert context.userName().get() == "ada@example.com"
assert spark.conf.get("spark.databricks.clusterUsageTags.clusterId") == "c-1"

# COMMAND ----------

secret = dbutils.secrets.get(scope="course", key="aws")
print("the secret is " + secret)
print([one.key for one in dbutils.secrets.list("course")], [one.name for one in dbutils.secrets.listScopes()])

# COMMAND ----------

import os
import zipfile

with zipfile.ZipFile("/dbfs/tmp/tiny-1.0-py3-none-any.whl", "w") as wheel:
    wheel.writestr("tiny.py", "answer = 42\n")
    wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
    wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: us\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\n")
os.symlink("/dbfs/tmp/tiny-1.0-py3-none-any.whl", "tiny-1.0-py3-none-any.whl")

# COMMAND ----------

# MAGIC %pip install --no-index ./tiny-1.0-py3-none-any.whl
import tiny

assert tiny.answer == 42

# COMMAND ----------

from pyspark.sql.functions import udf


def from_package(_):
    import tiny

    return tiny.answer


assert spark.range(1).select(udf(from_package, "int")("id")).first()[0] == 42

# COMMAND ----------

exit_value = dbutils.notebook.run("./inner", 60, {"n": 20})
assert exit_value == "41", exit_value
try:
    dbutils.notebook.run("inner", 60, {"n": "x"})
    assert False
except Exception as error:
    assert "FAILED" in str(error), error
dbutils.notebook.exit(secret)
