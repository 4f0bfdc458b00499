"""Counts what a lake's visible Parquet files hold against the records Kafka was given, without any code of the product.

Reads JSON from stdin: {"folders": [...], "records": [[partition, offset, value or null], ...], "optional": [column, ...],
"compacted": [[partition, offset], ...], "catalog": folder or null, "files": {"rows": [path, ...], "deadLetters": [path, ...]} or null}, and prints the
records that are lost, doubled or wrong; those of "compacted" may be lost. Values are compared column by column, dead letters byte for byte.
With a catalog, the folder of a local table's partitions, the rows are those in the folders that it names now; "files" are read as they are.
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
    return expected == found or (isinstance(found, str) and isinstance(expected, int) and found == str(expected))


def leaves_of(value, path=()):
    """The values of a struct, a map or a JSON text by their paths; a struct has a sibling for a member's values of another type."""
    if isinstance(value, str) and value.startswith("{"):
        value = json.loads(value)
    if isinstance(value, list):
        value = dict(value)
    if not isinstance(value, dict):
        return [(path, value)]
    members = ((key.partition("_")[0], member) for key, member in value.items() if member is not None)
    return [leaf for key, member in members for leaf in leaves_of(member, (*path, key))]


def is_same_object(name, expected, row):
    wanted = dict(leaves_of(expected))
    rescued = json.loads(row.get("_rescued") or "{}").items()
    found = [leaf for key, value in rescued if key.startswith(f"/{name}/") for leaf in leaves_of(value, tuple(key.split("/")[2:]))]
    found += [leaf for value in values_of(name, row) for leaf in leaves_of(value)]
    return len(found) == len(wanted) and all(is_same(wanted.get(path), value) for path, value in found)


def values_of(name, row):
    """The field's column, its siblings for values of other types, and what was rescued under its name."""
    rescued = json.loads(row.get("_rescued") or "{}")
    names = [column for column in row if column == name.lower() or column.startswith(f"{name.lower()}_")]
    return [row[column] for column in names if row[column] is not None] + [rescued[key] for key in rescued if key == f"/{name}"]


def wrong_row(value, row):
    for name, expected in json.loads(value).items():
        found = values_of(name, row)
        if found == [] and name.lower() in optional and f'"/{name}' not in (row.get("_rescued") or ""):
            continue
        if isinstance(expected, dict):
            if not is_same_object(name, expected, row):
                return f"{name}: {found!r} and {row.get('_rescued')} instead of {expected!r}"
            continue
        if len(found) != 1 or not is_same(expected, found[0]):
            return f"{name}: {found!r} instead of {expected!r}"
    return None


def wrong_dead_letter(value, row):
    return None if row["value_text"] == value else f"value_text: {row['value_text']!r}"


def asked_files():
    """Every file that a reader sees, and whether it holds dead letters."""
    files = asked.get("files") or {"rows": [], "deadLetters": []}
    yield from ((path, False) for path in files["rows"])
    yield from ((path, True) for path in files["deadLetters"])
    catalog = asked.get("catalog")
    for folder in asked["folders"] + (list(folders_of_catalog(catalog)) if catalog else []):
        yield from ((path, folder.endswith("_dead_letters")) for path in visible_files(folder))


seen = {}
wrong = []
counts = {"rows": 0, "deadLetters": 0}
for path, is_dead in asked_files():
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
