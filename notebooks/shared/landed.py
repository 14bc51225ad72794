# Databricks notebook source
# MAGIC %md
# MAGIC # Landed: the lines of a topic, and where in it they were
# MAGIC
# MAGIC A topic's records lie in the bucket as the Confluent S3 sink lays them:
# MAGIC `topics/<user>.<table>/partition=<n>/<user>.<table>+<n>+<offset of the first line, 10 digits>.json`, or `.json.gz`.
# MAGIC A record's place is its partition and offset, and of two records of one post the one with the higher place is the newer.
# MAGIC
# MAGIC | widget | meaning |
# MAGIC |---|---|
# MAGIC | `user` | the topics' user: `0e172e8c4bc3` for the topic `0e172e8c4bc3.pin` |
# MAGIC | `topics` | folder of the landed topics in the bucket |
# MAGIC | `ranges` | empty: what the table has not taken in yet; `everything`: all there is; or the offsets as JSON, `to` not included: `[{"partition": 0, "from": 0, "to": 500}]` |
# MAGIC | `interval` | only objects that were stored in this time: `2026-01-01T00:00:00Z/2026-01-02T00:00:00Z`; not together with ranges as JSON |
# MAGIC | `offsets` | `metadata`: exact, by the objects' metadata where they have any; `names`: by the objects' names alone, for file systems that do not show metadata |

# COMMAND ----------

import re
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

dbutils.widgets.text("user", "", "User of the topics")
dbutils.widgets.text("topics", "topics", "Folder of the topics")
dbutils.widgets.text("ranges", "", "Offsets, or everything")
dbutils.widgets.text("interval", "", "Time of landing")
dbutils.widgets.dropdown("offsets", "metadata", ["metadata", "names"], "Offsets by")

# COMMAND ----------

# MAGIC %md
# MAGIC ## Which objects

# COMMAND ----------

# `next` is the start of the partition's next object; None for the last one.
LandedObject = namedtuple("LandedObject", "partition start next path name modified")
Range = namedtuple("Range", "partition start end")

OBJECT_NAME = re.compile(r"(.+)\+(\d+)\+(\d{10,16})\.json(\.gz)?")


def list_folder(uri):
    try:
        return dbutils.fs.ls(uri)
    except Exception as error:
        if "FileNotFoundException" in str(error):
            return []
        raise


def list_objects(topic):
    """All objects of a topic in the order of their places."""
    found = []
    for folder in list_folder(uri_of(f"{setting('topics')}/{topic}")):
        if re.fullmatch(r"partition=\d+/?", folder.name) is None:
            continue
        for file in list_folder(folder.path):
            name = OBJECT_NAME.fullmatch(file.name)
            if name is not None and name[1] == topic:
                found.append(LandedObject(int(name[2]), int(name[3]), None, file.path, file.name, file.modificationTime))
    found.sort()
    followers = found[1:] + [None]
    objects = [
        one._replace(next=after.start if after is not None and after.partition == one.partition else None)
        for one, after in zip(found, followers)
    ]
    twice = next((one.name for one in objects if one.next == one.start), None)
    if twice is not None:
        raise ValueError(f"Two objects begin at the same offset, and nobody can tell which one counts: {twice}")
    return objects


def ranges_of(objects, absorbed):
    """
    What to clean of each partition. A run's own ranges begin earlier where the table lacks what is before them: an earlier run may have
    landed and then failed. An old run done again takes its old lines again; they are too old to win.
    """
    text = setting("ranges")
    if text in ("", "everything"):
        partitions = sorted({one.partition for one in objects})
        return [Range(n, 0 if text else absorbed.get(n, 0), None) for n in partitions]
    if setting("interval"):
        raise ValueError("Give either an interval or ranges: two bounds for one thing would contradict each other")
    return sorted(
        Range(one["partition"], min(one["from"], absorbed.get(one["partition"], 0)), one["to"]) for one in json.loads(text)
    )


def within_interval(objects):
    if not setting("interval"):
        return objects
    begin, end = (datetime.fromisoformat(one.replace("Z", "+00:00")).timestamp() * 1000 for one in setting("interval").split("/"))
    return [one for one in objects if begin <= one.modified < end]


# COMMAND ----------

# MAGIC %md
# MAGIC ## Exact offsets
# MAGIC
# MAGIC A topic can have offsets without a record (compacted away, a transaction's marker), and a bad record goes to quarantine when it lands. So line
# MAGIC 10 of an object need not be its start + 10. The landing writes down the gaps in its objects' metadata; objects of another sink have none, and
# MAGIC their lines are counted from the start.

# COMMAND ----------

METADATA_HELP = """The metadata of the landed objects cannot be read here, which exact offsets need. Either let the cluster read them (an instance
profile, or AWS keys in its environment), or set the widget offsets to names: the same rows win then, but where the topic has gaps the column
offset is not exact."""


def hadoop_metadata(path):
    """User metadata of an object by Hadoop's S3A; raises where the file system does not show any."""
    at = spark._jvm.org.apache.hadoop.fs.Path(path)
    attributes = at.getFileSystem(spark._jsc.hadoopConfiguration()).getXAttrs(at)
    found = {name: bytes(value).decode("utf-8") for name, value in dict(attributes).items() if value is not None}
    if "header.Content-Length" not in found:
        raise LookupError("no metadata")
    return {name.removeprefix("header."): value for name, value in found.items()}


def boto_metadata(path):
    """The same by AWS's own library, which Databricks' clusters have."""
    import boto3

    _, _, bucket, key = path.split("/", 3)
    return boto3.client("s3").head_object(Bucket=bucket, Key=key)["Metadata"]


def metadata_reader(path):
    """The first way of reading metadata that works for this object."""
    for read in (hadoop_metadata, boto_metadata):
        try:
            read(path)
            return read
        except Exception as error:
            print(f"{read.__name__} does not work here: {type(error).__name__}")
    raise RuntimeError(METADATA_HELP)


def read_spans(text):
    """`0-49,57` as [(0, 50), (57, 58)]."""
    bounds = [part.split("-") for part in text.split(",") if part]
    return [(int(bound[0]), int(bound[-1]) + 1) for bound in bounds]


def read_gaps(metadata):
    """Offsets of an object that have no line, in order. Many gaps are an object of their own."""
    key = metadata.get("gaps-object")
    gaps = metadata if key is None else json.loads(spark.read.text(uri_of(key), wholetext=True).first()["value"])
    prefix = ("quarantined-offsets", "absent-offsets") if key is None else ("quarantined", "absent")
    return sorted(span for name in prefix for span in read_spans(gaps.get(name, "")))


# `records` and `end` (the offset after the object's last) are None where nobody wrote them down.
Facts = namedtuple("Facts", "records end gaps")


def facts_of(one, read):
    metadata = {} if read is None else read(one.path)
    version = metadata.get("tradewind-version")
    if version is None:
        return Facts(None, None, [])
    if version != "1":
        raise ValueError(f"{one.name} has metadata of version {version}, which this notebook does not know")
    return Facts(int(metadata["records"]), int(metadata["next-offset"]), read_gaps(metadata))


def all_facts(objects):
    """Facts of each object, in the objects' order. Asked for in parallel: there may be thousands."""
    if not objects:
        return []
    read = metadata_reader(objects[0].path) if setting("offsets") == "metadata" else None
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda one: facts_of(one, read), objects))


# COMMAND ----------

# A gapless run of an object's lines: those numbered [first, last) have the offsets from `offset` on. `lines` is what the object must have,
# or (where only names are known) the most it can have.
Place = namedtuple("Place", "file first last offset partition lines exact")
PLACE_SCHEMA = "file string, first long, last long, offset long, partition int, lines long, exact boolean"
NO_END = 2**62


def places_of(one, facts, wanted):
    """The runs of an object's lines that lie in the wanted range."""
    if facts.records is None:
        most = NO_END if one.next is None else one.next - one.start
        runs, lines = [(one.start, one.start + most)], most
    else:
        starts = [one.start] + [end for _, end in facts.gaps]
        ends = [begin for begin, _ in facts.gaps] + [facts.end]
        runs, lines = [run for run in zip(starts, ends) if run[0] < run[1]], facts.records
        if sum(end - start for start, end in runs) != lines:
            raise ValueError(f"{one.name} says that it has {lines} lines, but its offsets come to something else")
    places, line = [], 0
    for start, end in runs:
        low, high = max(start, wanted.start), end if wanted.end is None else min(end, wanted.end)
        if low < high:
            first = line + low - start
            places.append(Place(one.name, first, first + high - low, low, one.partition, lines, facts.records is not None))
        line += end - start
    return places


def end_of(objects, facts):
    """The offset up to which objects account for everything: of one without metadata only the start is certain."""
    if not objects:
        return 0
    return objects[-1].start if facts[-1].end is None else facts[-1].end


def refuse_holes(objects, facts, wanted):
    """The objects of a partition must account for every offset of the range, one object after the other."""
    known = [(one, fact) for one, fact in zip(objects, facts) if fact.end is not None]
    for one, fact in known:
        if one.next is not None and one.next != fact.end:
            raise ValueError(f"After {one.name} the offsets {fact.end} to {one.next - 1} are missing: objects were deleted or added")
    if wanted.end is None or wanted.start >= wanted.end:
        return
    end = facts[-1].end if facts else None
    if not objects or objects[0].start > wanted.start or (end is not None and end < wanted.end):
        raise ValueError(f"Of partition {wanted.partition}, not all of the offsets {wanted.start} to {wanted.end - 1} have landed")


# COMMAND ----------

# MAGIC %md
# MAGIC ## The lines

# COMMAND ----------

# `lines`: `file`, `place` columns and each `line` as bytes. `expected`: how many there are by the landing's own count, None when unknown.
Landed = namedtuple("Landed", "table topic lines expected absorbed")


def read_landed(table, absorbed):
    """The lines that this run has to clean; `absorbed` is what the table has taken in, offsets by partition."""
    if not setting("user"):
        raise ValueError("The widget user is empty: give it the part of the topics' names before the point")
    topic = f"{setting('user')}.{table}"
    objects = list_objects(topic)
    if not objects and setting("ranges") in ("", "everything"):
        raise ValueError(f"There are no objects of the topic {topic} under {uri_of(setting('topics'))}: check user, bucket and topics")
    places, files, after, is_counted = [], [], dict(absorbed), True
    for wanted in ranges_of(objects, absorbed):
        chosen = [
            one
            for one in within_interval(objects)
            if one.partition == wanted.partition
            and (one.next is None or one.next > wanted.start)
            and (wanted.end is None or one.start < wanted.end)
        ]
        facts = all_facts(chosen)
        if not setting("interval"):
            refuse_holes(chosen, facts, wanted)
        for one, fact in zip(chosen, facts):
            mine = places_of(one, fact, wanted)
            places += mine
            files += [one.path] if mine else []
            is_counted = is_counted and fact.records is not None
        # Only what is known to be without a hole counts as taken in: an interval may leave something out before it.
        end = wanted.end if wanted.end is not None else end_of(chosen, facts)
        if not setting("interval") and wanted.start <= after.get(wanted.partition, 0):
            after[wanted.partition] = max(end, after.get(wanted.partition, 0))
    expected = sum(place.last - place.first for place in places) if is_counted else None
    return Landed(table, topic, lines_of(files, places), expected, after)


def lines_of(files, places):
    """
    The lines of the objects that lie in the places. Objects are read whole and split at line feeds alone: Spark's own reader of lines also
    splits at carriage returns, and does not tell a line's number.
    """
    if not files:
        return spark.createDataFrame([], "partition int, offset long, wrong boolean, line binary")
    texts = spark.read.text(files, wholetext=True, recursiveFileLookup=True)
    split = texts.select(F.col("_metadata.file_name").alias("file"), F.split("value", "\n", -1).alias("parts"))
    # What follows the last line feed is nothing, or a line that was cut off and must not be lost.
    whole = split.withColumn("count", F.size("parts") - F.when(F.element_at("parts", -1) == "", 1).otherwise(0))
    numbered = whole.select("file", "count", F.posexplode("parts").alias("number", "line")).where("number < count")
    placed = numbered.join(F.broadcast(spark.createDataFrame(places, PLACE_SCHEMA)), "file").where(
        "number >= first AND number < last"
    )
    return placed.select(
        "partition",
        (F.col("offset") + F.col("number") - F.col("first")).alias("offset"),
        F.expr("CASE WHEN exact THEN count <> lines ELSE count > lines END").alias("wrong"),
        F.col("line").cast("binary").alias("line"),
    )
