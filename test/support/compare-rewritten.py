"""Compares files that were rewritten with their sources, by pyarrow. One request a line on stdin: {"sources": [...], "rewritten": file,
"like": file of the same columns}; one answer a line, a list of differences."""

import json
import sys

import pyarrow.parquet as pq


def plain(value):
    """A value that can be compared: -0.0 and 0.0 apart, members of structs that are null left out."""
    if isinstance(value, float):
        return ['float', value.hex()]
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if member is not None}
    return value if value is None or isinstance(value, (bool, int)) else str(value)


def rows_of(path):
    return [json.dumps(plain(row), sort_keys=True) for row in pq.ParquetFile(path).read().to_pylist()]


for line in sys.stdin:
    request = json.loads(line)
    before = sorted(row for path in request['sources'] for row in rows_of(path))
    after = sorted(rows_of(request['rewritten']))
    answers = [] if before == after else [{'before': before[:20], 'after': after[:20]}]
    wanted, found = (pq.read_schema(request[name]).remove_metadata() for name in ('like', 'rewritten'))
    if not wanted.equals(found, check_metadata=True):
        answers.append({'wanted': wanted.to_string(), 'found': found.to_string()})
    print(json.dumps(answers), flush=True)
