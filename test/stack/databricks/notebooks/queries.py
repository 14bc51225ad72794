# Databricks notebook source
# MAGIC %run "./clean" $note="from the caller"

# COMMAND ----------

from pyspark.sql.window import Window

joined = df_pin.join(df_geo, "ind").join(df_user, "ind")
by_country = joined.groupBy("country", "category").agg(count("category").alias("category_count"))
window = Window.partitionBy("country").orderBy(col("category_count").desc(), "category")
display(by_country.withColumn("rank", row_number().over(window)).filter(col("rank") == 1).drop("rank"))

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT
# MAGIC   CASE WHEN age BETWEEN 18 AND 24 THEN '18-24' WHEN age BETWEEN 25 AND 35 THEN '25-35' ELSE '36+' END AS age_group,
# MAGIC   percentile_approx(follower_count, 0.5) AS median_follower_count
# MAGIC FROM global_temp.gtv_pin JOIN global_temp.gtv_user USING (ind)
# MAGIC GROUP BY 1 ORDER BY 1

# COMMAND ----------

medians = {row["age_group"]: row["median_follower_count"] for row in _sqldf.collect()}

# COMMAND ----------

import json

joined.write.format("delta").mode("overwrite").saveAsTable("0a1b_joined".replace("0a1b", "u"))
dbutils.notebook.exit(json.dumps({"rows": joined.count(), "medians": medians}))
