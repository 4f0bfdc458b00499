"""Counts what a lake's visible Parquet files hold against the records Kafka was given, without any code of the product.

Reads JSON from stdin: {"folders": [...], "records": [[partition, offset, value or null], ...], "optional": [column, ...],
"compacted": [[partition, offset], ...], "catalog": folder or null}, of which the last but one may be lost, and prints the records that are lost, doubled or wrong. Values are compared column by column, dead letters byte for byte.
With a catalog, the folder of a local table's partitions, the rows are those in the folders that it names now.
"""

import datetime
import json
import os
import sys

import pyarrow.parquet as pq

asked = json.load(sys.stdin)
truth = {(partition, offset): value for partition, offset, value in asked["records"]}
optional = set(asked["optional"])
epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def visible_files(folder):
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name[0] not in "_."]
        for name in names:
            if name[0] not in "_.":
                yield os.path.join(parent, name)


def folders_of_catalog(folder):
    """A file for each partition; of one that was changed, the version with the highest number counts."""
    newest = {}
    for name in os.listdir(folder):
        key, _, version = name.partition("@")
        newest[key] = max(newest.get(key, 0), int(version or 1))
    lake = os.path.dirname(os.path.dirname(os.path.dirname(folder)))
    for key, version in newest.items():
        with open(os.path.join(folder, key if version == 1 else f"{key}@{version}")) as file:
            yield os.path.join(lake, json.load(file)["location"])


def is_same(expected, found):
    if isinstance(found, datetime.datetime):
        at = found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)
        return at == datetime.datetime.fromisoformat(expected.replace("Z", "+00:00"))
    return expected == found


def values_of(name, row):
    """The field's column, its siblings for values of other types, and what was rescued under its name."""
    rescued = json.loads(row.get("_rescued") or "{}")
    names = [column for column in row if column == name.lower() or column.startswith(f"{name.lower()}_")]
    return [row[column] for column in names if row[column] is not None] + [rescued[key] for key in rescued if key == f"/{name}"]


def wrong_row(value, row):
    for name, expected in json.loads(value).items():
        found = values_of(name, row)
        if found == [] and name.lower() in optional:
            continue
        if len(found) != 1 or not is_same(expected, found[0]):
            return f"{name}: {found!r} instead of {expected!r}"
    return None


def wrong_dead_letter(value, row):
    return None if row["value_text"] == value else f"value_text: {row['value_text']!r}"


seen = {}
wrong = []
counts = {"rows": 0, "deadLetters": 0}
catalog = asked.get("catalog")
for folder in asked["folders"] + (list(folders_of_catalog(catalog)) if catalog else []):
    for path in visible_files(folder):
        is_dead = folder.endswith("_dead_letters")
        try:
            rows = pq.ParquetFile(path).read().to_pylist()
        except Exception as error:
            wrong.append(f"{path}: {error}")
            continue
        counts["deadLetters" if is_dead else "rows"] += len(rows)
        for row in rows:
            at = (row["kafka_partition"], row["kafka_offset"])
            seen.setdefault(at, []).append(path)
            if truth.get(at) is None:
                wrong.append(f"{at} of {path} was never in Kafka")
                continue
            why = (wrong_dead_letter if is_dead else wrong_row)(truth[at], row)
            if why is not None:
                wrong.append(f"{at} of {path}: {why}")

compacted = {(partition, offset) for partition, offset in asked["compacted"]}
lost = [at for at, value in truth.items() if value is not None and at not in seen and at not in compacted]
doubled = [(at, paths) for at, paths in seen.items() if len(paths) > 1]
report = {
    **counts,
    "lost": len(lost),
    "doubled": len(doubled),
    "wrong": len(wrong),
    "examples": [str(each) for each in lost[:3] + doubled[:3] + wrong[:3]],
}
print(json.dumps(report))
