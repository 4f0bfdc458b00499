"""Changes an Iceberg table by PyIceberg, as another team does.

Reads JSON from stdin: "catalog" and "name" of the table; "addColumns", an object of names and types; "delete", an expression; "expire",
true: all snapshots but the current one.
"""

import datetime
import json
import sys

from pyiceberg.catalog import load_catalog
from pyiceberg.types import DoubleType, LongType, StringType

types = {"double": DoubleType(), "long": LongType(), "string": StringType()}
asked = json.load(sys.stdin)
table = load_catalog("lake", **asked["catalog"]).load_table(asked["name"])
if "addColumns" in asked:
    with table.update_schema() as update:
        for name, kind in asked["addColumns"].items():
            update.add_column(name, types[kind])
if "delete" in asked:
    table.delete(asked["delete"])
if asked.get("expire"):
    with table.maintenance.expire_snapshots() as expiry:
        expiry.older_than(datetime.datetime.now() + datetime.timedelta(days=1))
print(json.dumps({"location": table.metadata_location}))
