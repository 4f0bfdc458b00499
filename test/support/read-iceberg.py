"""Reads an Iceberg table by PyIceberg, without any code of the product.

Reads JSON from stdin and prints JSON. The table is {"metadata": location} or {"catalog": properties, "name": "db.table"}; "properties" are those of its
files' store. What is asked for:
  "select": columns; gives "rows" of the current snapshot, in the order of their Kafka coordinates
  "filters": expressions; gives for each the number of files that have to be opened, and of rows that it fits
  "files": true; gives the paths of the current snapshot's data files, none of which may have rows deleted
  "snapshots": true; gives for every snapshot, oldest first, its id, rows, and how many different Kafka coordinates they have
"""

import json
import sys

from pyiceberg.catalog import load_catalog
from pyiceberg.table import StaticTable

asked = json.load(sys.stdin)
properties = asked.get("properties", {})
if "metadata" in asked:
    table = StaticTable.from_metadata(asked["metadata"], properties)
else:
    table = load_catalog("lake", **{**asked["catalog"], **properties}).load_table(asked["name"])

coordinates = ("kafka_partition", "kafka_offset")


def count(snapshot_id):
    found = table.scan(selected_fields=coordinates, snapshot_id=snapshot_id).to_arrow()
    pairs = set(zip(*(found[name].to_pylist() for name in coordinates)))
    return {"id": str(snapshot_id), "rows": found.num_rows, "distinct": len(pairs)}


answer = {"location": table.metadata_location}
if "select" in asked:
    columns = [*asked["select"], *(name for name in coordinates if name not in asked["select"])]
    found = table.scan(selected_fields=tuple(columns)).to_arrow().to_pylist()
    rows = sorted(found, key=lambda row: [row[name] for name in coordinates])
    answer["rows"] = [{name: row[name] for name in asked["select"]} for row in rows]
if "filters" in asked:
    scans = [table.scan(row_filter=each, selected_fields=coordinates) for each in asked["filters"]]
    answer["filters"] = [{"files": len(list(scan.plan_files())), "rows": scan.to_arrow().num_rows} for scan in scans]
if asked.get("files"):
    tasks = list(table.scan().plan_files())
    assert not any(task.delete_files for task in tasks), "rows are deleted by files of their own"
    answer["files"] = [task.file.file_path.removeprefix("file://") for task in tasks]
if asked.get("snapshots"):
    answer["snapshots"] = [count(snapshot.snapshot_id) for snapshot in table.metadata.snapshots]
print(json.dumps(answer, default=str))
