# Databricks notebook source
from pyspark.sql.functions import *
from pyspark.sql.types import *


def read_topic(topic):
    file_location = f"/mnt/{dbutils.widgets.get('bucket')}/topics/0a1b.{topic}/partition=0/*.json"
    return spark.read.format("json").option("inferSchema", "true").load(file_location)


# COMMAND ----------

# DBTITLE 1,Pins
df_pin = read_topic("pin")
for column, nothing in {
    "description": "No description available%",
    "follower_count": "User Info Error",
    "poster_name": "User Info Error",
    "title": "No Title Data Available",
}.items():
    df_pin = df_pin.withColumn(column, when(col(column).like(nothing), None).otherwise(col(column)))
df_pin = df_pin.withColumn("follower_count", regexp_replace("follower_count", "k", "000"))
df_pin = df_pin.withColumn("follower_count", regexp_replace("follower_count", "M", "000000"))
df_pin = df_pin.withColumn("follower_count", col("follower_count").cast("int"))
df_pin = df_pin.withColumnRenamed("index", "ind")
df_pin = df_pin.select("ind", "title", "description", "follower_count", "poster_name", "category").dropDuplicates(["ind"])
df_pin.createOrReplaceTempView("pins")
df_pin.createOrReplaceGlobalTempView("gtv_pin")
display(df_pin)

# COMMAND ----------

# DBTITLE 1,Places
df_geo = read_topic("geo")
df_geo = df_geo.withColumn("coordinates", array("latitude", "longitude")).drop("latitude", "longitude")
df_geo = df_geo.withColumn("timestamp", to_timestamp("timestamp")).select("ind", "country", "coordinates", "timestamp")
df_geo.createOrReplaceGlobalTempView("gtv_geo")

# COMMAND ----------

# DBTITLE 1,Users
df_user = read_topic("user")
df_user = df_user.withColumn("user_name", concat_ws(" ", "first_name", "last_name")).drop("first_name", "last_name")
df_user = df_user.withColumn("date_joined", to_timestamp("date_joined")).select("ind", "user_name", "age", "date_joined")
df_user.createOrReplaceGlobalTempView("gtv_user")
