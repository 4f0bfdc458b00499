"""Counts the rows of a local lake's table again and again, as its readers find them, without any code of the product.

Arguments: the lake's folder, database, table, rows that it has. A Hive table is read where the catalog has its partitions, an Iceberg table by PyIceberg.
Says `ready`, reads until SIGTERM, but at least once, and prints how often it read, and what it found wrong.
"""

import json
import os
import signal
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.table import StaticTable

lake, database, table, rows = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
catalog = os.path.join(lake, "_catalog", database)
coordinates = ["kafka_partition", "kafka_offset"]
is_over = False


def end(*_):
    global is_over
    is_over = True


signal.signal(signal.SIGTERM, end)


def newest(folder):
    """What the store wrote last under each key: version n of one that was changed is a file of its own."""
    versions = {}
    for name in os.listdir(folder):
        key, _, version = name.partition("@")
        if not key.endswith(".json"):
            continue
        versions[key] = max(versions.get(key, 0), int(version or 1))
    for key, version in versions.items():
        with open(os.path.join(folder, key if version == 1 else f"{key}@{version}")) as file:
            yield key, json.load(file)


def read_hive():
    for _, partition in newest(f"{catalog}/{table}.partitions"):
        folder = os.path.join(lake, partition["location"])
        for name in sorted(os.listdir(folder)):
            if name.endswith(".parquet"):
                yield pq.ParquetFile(os.path.join(folder, name)).read(columns=coordinates)


def read_iceberg(location):
    yield StaticTable.from_metadata(location).scan(selected_fields=tuple(coordinates)).to_arrow()


def read():
    parameters = dict(newest(catalog))[f"{table}.json"]["parameters"]
    location = parameters.get("metadata_location")
    return read_hive() if location is None else read_iceberg(location)


def count():
    """Rows, and how many different Kafka coordinates they have."""
    parts = list(read())
    ids = [pc.add(pc.multiply(pc.cast(part["kafka_partition"], "int64"), 1 << 48), part["kafka_offset"]) for part in parts]
    chunks = [chunk for each in ids for chunk in each.chunks]
    return sum(part.num_rows for part in parts), pc.count_distinct(pa.chunked_array(chunks, "int64")).as_py()


print("ready", flush=True)
reads, wrong = 0, []
while reads == 0 or not is_over:
    try:
        found, different = count()
        if (found, different) != (rows, rows):
            wrong.append(f"{found} rows, {different} different")
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    reads += 1
print(json.dumps({"reads": reads, "wrong": len(wrong), "examples": wrong[:3]}))
