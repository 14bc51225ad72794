# Databricks notebook source
# MAGIC %md
# MAGIC # Records: what a landed line is
# MAGIC
# MAGIC A line of a landed object should be one JSON object with the fields of its table. This notebook reads lines and judges them;
# MAGIC the course's cleaning comes afterwards, in `clean_pin`, `clean_geo` and `clean_user`.
# MAGIC
# MAGIC Why not `spark.read.json`? It turns a bad line into a row of nulls and a wrong type into a null, without a word: counts then
# MAGIC agree and the data is wrong. Here each line is either good, or bad for a reason that can be looked up.

# COMMAND ----------

import json
import re
from datetime import date
from decimal import Decimal
from math import isfinite

# COMMAND ----------

# MAGIC %md
# MAGIC ## The documented fields
# MAGIC
# MAGIC | kind | what a record may have there (JSON `null` always: unknown) |
# MAGIC |---|---|
# MAGIC | text | a string |
# MAGIC | instant | a string: `2018-01-01 10:00:00` or `2018-01-01T10:00:00`, perhaps with fraction and zone; UTC without a zone |
# MAGIC | number | a number |
# MAGIC | integer | a number without fraction or exponent |
# MAGIC | dropped | anything: no table has it |
# MAGIC
# MAGIC The key is called `index` in the source's pins and `ind` elsewhere; both are read in all three tables.

# COMMAND ----------

KEY_NAMES = ("index", "ind")

FIELDS = {
    "pin": {
        "unique_id": "text",
        "title": "text",
        "description": "text",
        "poster_name": "text",
        "follower_count": "text",
        "tag_list": "text",
        "is_image_or_video": "text",
        "image_src": "text",
        "downloaded": "dropped",
        "save_location": "text",
        "category": "text",
    },
    "geo": {"timestamp": "instant", "latitude": "number", "longitude": "number", "country": "text"},
    "user": {"first_name": "text", "last_name": "text", "age": "integer", "date_joined": "instant"},
}

# Kinds of JSON values that a field of a kind may have.
ALLOWED = {
    "text": ("text", "null"),
    "instant": ("text", "null"),
    "number": ("integer", "number", "null"),
    "integer": ("integer", "null"),
}

# COMMAND ----------

# MAGIC %md
# MAGIC ## JSON, without losing anything
# MAGIC
# MAGIC Python's own parser, with three changes: an object stays a list of pairs (a dict would hide a name that occurs twice), a number that
# MAGIC does not fit 64 bits stays the text that it was, and `NaN` is not JSON.

# COMMAND ----------


class JsonObject(list):
    """Pairs of a name and a value, as they came."""


class BigNumber(str):
    """A number that neither 64 bits nor a finite double can hold, as it was written."""


def read_whole(text):
    # Twenty characters are the longest 64-bit number; a longer text is not worth converting.
    value = int(text) if len(text) <= 20 else None
    return value if value is not None and -(2**63) <= value < 2**64 else BigNumber(text)


def read_real(text):
    value = float(text)
    return value if isfinite(value) else BigNumber(text)


def refuse_constant(text):
    raise ValueError(f"{text} is not JSON")


def read_json(line):
    """The document of a line (bytes). Raises ValueError for what is not JSON, RecursionError for what is nested too deep."""
    text = line.decode("utf-8")
    document = json.loads(
        text,
        object_pairs_hook=JsonObject,
        parse_int=read_whole,
        parse_float=read_real,
        parse_constant=refuse_constant,
    )
    # An escape of half a surrogate pair is no text, which Python finds out when it has to encode it.
    if re.search(r"\\u[dD][89a-fA-F]", text):
        json_text(document).encode("utf-8")
    return document


def kind_of(value):
    """Kind of a JSON value, as ALLOWED names it."""
    kinds = {str: "text", int: "integer", float: "number", BigNumber: "number", type(None): "null"}
    return kinds.get(type(value), "other")


# COMMAND ----------

ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text):
    return '"' + re.sub(r'["\\\x00-\x1f]', lambda found: ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}", text) + '"'


def number_text(value):
    """The shortest text of a double, in decimals where JavaScript writes decimals, and always with a point or an exponent."""
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + exponent
    minus = "-" if sign else ""
    if value == 0:
        return minus + "0.0"
    if 0 < point <= 21:
        whole = text.ljust(point, "0")
        return f"{minus}{whole[:point]}.{whole[point:] or '0'}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    fraction = "." + text[1:] if len(text) > 1 else ""
    return f"{minus}{text[0]}{fraction}e{point - 1}"


def json_text(value):
    """A value as compact JSON, in one form whatever program wrote it: what is kept of unknown fields has to be comparable."""
    if isinstance(value, BigNumber):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, JsonObject):
        return "{" + ",".join(f"{quoted(name)}:{json_text(one)}" for name, one in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, float):
        return number_text(value)
    return json.dumps(value)


# COMMAND ----------

# MAGIC %md
# MAGIC ## Values that have to be readable

# COMMAND ----------

INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?", re.ASCII
)
EPOCH = date(1970, 1, 1).toordinal()


def read_instant(text):
    """Microseconds since 1970 in UTC; None for what is no instant. Python's datetime cannot hold all that the tables can."""
    found = INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
    micros = int((found[7] or "").ljust(6, "0"))
    is_midnight = (hour, minute, second, micros) == (24, 0, 0, 0)
    if not is_midnight and (hour > 23 or minute > 59 or second > 59):
        return None
    try:
        days = date(year, month, day).toordinal() - EPOCH
    except ValueError:
        return None
    ahead = int(found[10] or 0) * 60 + int(found[11] or 0)
    minutes = hour * 60 + minute - (ahead if found[9] == "+" else -ahead)
    return ((days * 1440 + minutes) * 60 + second) * 1_000_000 + micros


def read_value(kind, value):
    """A field's value as its column needs it; raises ValueError for what cannot be read. An empty instant is none."""
    if value is None or (kind == "instant" and value == ""):
        return None
    if kind == "instant":
        read = read_instant(value)
    elif kind == "number":
        read = float(value) if isfinite(float(value)) else None
    elif kind == "integer":
        read = value if -(2**31) <= value < 2**31 else None
    else:
        read = value
    if read is None:
        raise ValueError(kind)
    return read


# COMMAND ----------

# MAGIC %md
# MAGIC ## The verdict on a line
# MAGIC
# MAGIC | reason | what is wrong |
# MAGIC |---|---|
# MAGIC | `not_json` | the line is not one JSON document |
# MAGIC | `not_an_object` | the document is not an object |
# MAGIC | `too_deep` | it is nested deeper than readers stand |
# MAGIC | `name_twice` | a name occurs twice, so readers would differ in which value they take |
# MAGIC | `two_keys` | `index` and `ind` differ |
# MAGIC | `no_key` | neither of them is there |
# MAGIC | `bad_key` | the key is not a whole number of 64 bits |
# MAGIC | `wrong_type:<field>` | the field has the wrong JSON type |
# MAGIC | `bad_value:<field>` | its value cannot be read: a 30th of February, a number out of range |
# MAGIC
# MAGIC The first that applies, in this order, is the line's reason.

# COMMAND ----------


def key_reason(found):
    """What is wrong with the key of a record, by its fields; None when nothing is."""
    keys = [found.get(name) for name in KEY_NAMES]
    given = [value for value in keys if value is not None]
    if not given:
        return "no_key"
    if len(given) == 2:
        first, second = (value if type(value) is str else json_text(value) for value in given)
        if first != second:
            return "two_keys"
    return None if all(kind_of(value) == "integer" for value in given) else "bad_key"


def judge(line, fields):
    """
    What a line (bytes) is: a dict with `reason` (None: good) and, of a good line, `ind`, the values of its fields, `absent` (names of
    documented fields that it lacks) and `_rescued_data` (its unknown fields as JSON; None: it has none).
    """
    try:
        document = read_json(line)
    except RecursionError:
        return {"reason": "too_deep"}
    except ValueError:
        return {"reason": "not_json"}
    if not isinstance(document, JsonObject):
        return {"reason": "not_an_object"}
    found = dict(document)
    if len(found) < len(document):
        return {"reason": "name_twice"}
    reason = key_reason(found)
    if reason is not None:
        return {"reason": reason}
    kept = {name: kind for name, kind in fields.items() if kind != "dropped"}
    for name, kind in kept.items():
        if kind_of(found.get(name)) not in ALLOWED[kind]:
            return {"reason": f"wrong_type:{name}"}
    ind = next(found[name] for name in KEY_NAMES if found.get(name) is not None)
    if ind >= 2**63:
        return {"reason": "bad_key"}
    judged = {"reason": None, "ind": ind}
    for name, kind in kept.items():
        try:
            judged[name] = read_value(kind, found.get(name))
        except ValueError:
            return {"reason": f"bad_value:{name}"}
    unknown = JsonObject(pair for pair in document if pair[0] not in KEY_NAMES and pair[0] not in fields)
    judged["absent"] = [name for name in fields if name not in found]
    judged["_rescued_data"] = json_text(unknown) if unknown else None
    return judged
