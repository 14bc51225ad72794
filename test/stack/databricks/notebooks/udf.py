# Databricks notebook source
import re

import pandas as pd
from pyspark.sql.functions import *

# COMMAND ----------


def plain(text):
    return re.sub("[^0-9]", "", text or "") or None


plain_udf = udf(plain, StringType())
spark.udf.register("plain_sql", plain)


@pandas_udf("long")
def doubled(values: pd.Series) -> pd.Series:
    return values * 2


# COMMAND ----------

df = spark.createDataFrame([(1, "10k"), (2, None)], ["n", "text"])
rows = df.select(plain_udf("text").alias("a"), expr("plain_sql(text)").alias("b"), doubled("n").alias("c")).orderBy("c").collect()
assert [tuple(row) for row in rows] == [("10", "10", 2), (None, None, 4)], rows
df.agg(countDistinct("n")).display()
displayHTML("<b>bold</b>")
isinstance(df, DataFrame)
