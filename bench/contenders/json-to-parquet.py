"""polars or pyarrow: json-to-parquet.py <polars|pyarrow> <file> <folder> <threads, 0 for its default> [field of the event time]."""

import os
import sys

library, file, folder, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
event_time = sys.argv[5] if len(sys.argv) > 5 else None
target = os.path.join(folder, "out.parquet")


def with_polars():
    if threads > 0:
        os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    rows = pl.scan_ndjson(file, infer_schema_length=1000)
    if event_time is not None:
        rows = rows.with_columns(pl.col(event_time).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms"))
    rows.sink_parquet(target, compression="zstd")


def with_pyarrow():
    """Thermometer readings only: read_json infers from each block, so that other kinds fail at the second."""
    import pyarrow as pa
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    if threads > 0:
        pa.set_cpu_count(threads)
        pa.set_io_thread_count(threads)
    time = pa.timestamp("ms", tz="UTC")
    schema = pa.schema(
        [("deviceId", pa.string()), ("patientId", pa.string()), ("temperature", pa.float64()), ("eventTime", time)]
    )
    table = pj.read_json(
        file,
        read_options=pj.ReadOptions(use_threads=threads != 1, block_size=1 << 24),
        parse_options=pj.ParseOptions(explicit_schema=schema),
    )
    pq.write_table(table, target, compression="zstd")


with_polars() if library == "polars" else with_pyarrow()
