"""Compares Parquet files that different encoders wrote of the same rows, and counts rows under random predicates with and without the
files' bounds. One request a line on stdin, {"files": [...], "seed": 1}; one answer a line, a list of differences."""

import json
import random
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

COMPARE = [
    lambda field, value: field == value,
    lambda field, value: field != value,
    lambda field, value: field < value,
    lambda field, value: field <= value,
    lambda field, value: field > value,
    lambda field, value: field >= value,
]


def plain(value):
    """A value that can be compared: -0.0 and 0.0 apart, times without their type's unit."""
    if isinstance(value, float):
        return ['float', value.hex()]
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return str(value)


def rows_of(path):
    return [plain(row) for row in pq.ParquetFile(path).read().to_pylist()]


def comparable(column):
    kind = column.type
    return (
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_boolean(kind)
        or pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    )


def wrong_counts(path, pick):
    table = pq.read_table(path)
    dataset = ds.dataset(path, format='parquet')
    wrong = []
    for name in table.column_names:
        column = table[name]
        values = [value for value in column.to_pylist() if value is not None]
        if not comparable(column) or not values:
            continue
        for _ in range(6):
            value = pick.choice(values)
            predicate = COMPARE[pick.randrange(len(COMPARE))](ds.field(name), pa.scalar(value, column.type))
            found, expected = dataset.count_rows(filter=predicate), table.filter(predicate).num_rows
            if found != expected:
                wrong.append([str(predicate), found, expected])
    return wrong


def answer(request):
    pick = random.Random(request['seed'])
    first, *others = request['files']
    expected = rows_of(first)
    differences = []
    for path in others:
        found = rows_of(path)
        if found != expected:
            differences.append({'file': path, 'rows': found, 'expected': expected})
    for path in request['files']:
        wrong = wrong_counts(path, pick)
        if wrong:
            differences.append({'file': path, 'wrong': wrong})
    return differences


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as error:  # what it can't read is a difference too
        result = [{'error': repr(error)}]
    print(json.dumps(result), flush=True)
