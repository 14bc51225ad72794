# The course's cleaning of pins in PySpark, local, as its notebooks write it: the peer of bench/clean.ts.
# Usage: python spark-clean.py LINES_FOLDER OUT_FOLDER; prints one JSON line.
import json
import sys
import time

from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.window import Window

begun = time.time()
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.memory", "2g")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.ansi.enabled", "false")
    .config("spark.ui.enabled", "false")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
spark.range(1).count()
started = time.time()

texts = "unique_id title description poster_name follower_count tag_list is_image_or_video image_src save_location category"
schema = "index LONG, downloaded INT, " + ", ".join(f"{name} STRING" for name in texts.split())
pins = spark.read.schema(schema).json(sys.argv[1]).withColumn("seq", F.monotonically_increasing_id())
newest = Window.partitionBy("index").orderBy(F.col("seq").desc())
sentinels = {
    "title": ["No Title Data Available"],
    "description": ["No description available Story format", "No description available"],
    "poster_name": ["User Info Error"],
    "tag_list": ["N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"],
    "image_src": ["Image src error."],
}
clean = pins.withColumn("n", F.row_number().over(newest)).where("n = 1")
for name in texts.split():
    nothing = ["", *sentinels.get(name, [])]
    clean = clean.withColumn(name, F.when(~F.col(name).isin(nothing), F.col(name)))
count = F.regexp_replace("follower_count", "[kKmM]$", "").cast("double")
scale = F.when(F.col("follower_count").rlike("[kK]$"), 1000).when(F.col("follower_count").rlike("[mM]$"), 1000000).otherwise(1)
clean = (
    clean.withColumn("follower_count", (count * scale).cast("int"))
    .withColumn("save_location", F.regexp_replace("save_location", "^Local save in ", ""))
    .withColumnRenamed("index", "ind")
    .select(
        "ind", "unique_id", "title", "description", "follower_count", "poster_name", "tag_list",
        "is_image_or_video", "image_src", "save_location", "category",
    )
)
clean.write.mode("overwrite").option("compression", "zstd").parquet(sys.argv[2])
print(json.dumps({"startSeconds": started - begun, "seconds": time.time() - started, "rows": spark.read.parquet(sys.argv[2]).count()}))
