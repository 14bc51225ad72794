# Databricks notebook source
# MAGIC %md
# MAGIC # Clean pins (task 1)
# MAGIC
# MAGIC Takes the landed records of `<user>.pin` into the Delta table `tables/spark/pin`. Its widgets are explained in `shared/settings` and
# MAGIC `shared/landed`. It ends with a manifest: the table's version and what became of the lines.

# COMMAND ----------

# MAGIC %run ./shared/cleaned

# COMMAND ----------

landed = begin("pin")
judged = judge_lines(landed)
figures = figures_of(landed, judged)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Follower counts
# MAGIC
# MAGIC `6k` is 6,000 and `1.5M` is 1,500,000; either letter may be large or small. Anything else is null, as a cast gives, and so is what an
# MAGIC integer cannot hold. Replacing `k` by `000` would make `1.2k` to 1.2000, and a cast to double is not exact: so it is multiplied as a decimal.
# MAGIC (`\z` is the end of the text; `$` would also match before a line feed.)

# COMMAND ----------

count_text = F.col("follower_count")
scale = F.when(count_text.rlike(r"[kK]\z"), 1_000).otherwise(1_000_000)
number = F.expr(r"TRY_CAST(regexp_replace(follower_count, '[kKmM]\\z', '') AS DECIMAL(18, 6))")
followers = F.when(count_text.rlike(r"^[0-9]{1,10}\z"), number).when(
    count_text.rlike(r"^[0-9]{1,10}(\.[0-9]{1,6})?[kKmM]\z"), F.round(number * scale)
)
follower_count = F.when(followers <= 2**31 - 1, followers).cast("int")
is_odd = follower_count.isNull() & ~count_text.isin("", "User Info Error")

# COMMAND ----------

# MAGIC %md
# MAGIC ## The columns, in the course's order
# MAGIC
# MAGIC The texts are compared as they are, the full stop of `Image src error.` and the comma-joined letters of the tag list included. `downloaded` is
# MAGIC left out, as the course has it.

# COMMAND ----------

path = F.regexp_replace("save_location", r"^Local save in ", "")

pins = judged.where("reason IS NULL").select(
    "ind",
    null_where("unique_id"),
    null_where("title", "No Title Data Available"),
    null_where("description", "No description available Story format", "No description available"),
    follower_count.alias("follower_count"),
    null_where("poster_name", "User Info Error"),
    null_where("tag_list", "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"),
    null_where("is_image_or_video"),
    null_where("image_src", "Image src error."),
    F.when(path != "", path).alias("save_location"),
    null_where("category"),
    *OWN_COLUMNS,
)

# COMMAND ----------

figures["oddFollowerCounts"] = judged.where("reason IS NULL").where(is_odd).count()
manifest = publish(landed, judged, figures, pins)

# COMMAND ----------

dbutils.notebook.exit(json.dumps(manifest))
