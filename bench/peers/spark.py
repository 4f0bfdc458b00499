"""Brings a Kafka topic into Parquet by Spark Structured Streaming, from its earliest record to its present end.

    python spark.py '<job as JSON>'

The job: bootstrap, topic, caFile, certFile, keyFile, records, schema (DDL, or null to infer it), eventTime (a field, or null), jars, output, checkpoint;
iceberg: true for an Iceberg table in a catalog of files below `output`.
Exits with 0 only if the batches that were written reach to the end of the topic's records.
"""

import ast
import json
import os
import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, functions as f

job = json.loads(sys.argv[1])


def main() -> None:
    spark = start_spark()
    stream = spark.readStream.format("kafka").options(**kafka_options()).load()
    text = stream.select(f.col("value").cast("string").alias("value"), "timestamp")
    if job.get("iceberg"):
        writer = write_iceberg(spark, text)
    elif job["schema"] is not None:
        writer = write_given(text)
    else:
        writer = write_inferred(spark, text.select("value"))
    query = writer.option("checkpointLocation", job["checkpoint"]).trigger(availableNow=True).start()
    query.awaitTermination()
    written = written_records(query.recentProgress)
    spark.stop()
    if written != job["records"]:
        sys.exit(f"{written} records were written of {job['records']}")


def start_spark() -> SparkSession:
    settings = {
        "spark.jars": job["jars"],
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # reading, parsing and writing are one stage: what little is shuffled is the inference's
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.compression.codec": "snappy",
        # the default is INT96, which is larger
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MILLIS",
    }
    if job.get("iceberg"):
        settings["spark.sql.catalog.lake"] = "org.apache.iceberg.spark.SparkCatalog"
        settings["spark.sql.catalog.lake.type"] = "hadoop"
        settings["spark.sql.catalog.lake.warehouse"] = job["output"]
    builder = SparkSession.builder.master("local[*]").appName("bench")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def kafka_options() -> dict[str, str]:
    return {
        "kafka.bootstrap.servers": job["bootstrap"],
        "kafka.security.protocol": "SSL",
        "kafka.ssl.truststore.type": "PEM",
        "kafka.ssl.truststore.certificates": Path(job["caFile"]).read_text(),
        "kafka.ssl.keystore.type": "PEM",
        "kafka.ssl.keystore.certificate.chain": Path(job["certFile"]).read_text(),
        "kafka.ssl.keystore.key": Path(job["keyFile"]).read_text(),
        "subscribe": job["topic"],
        "startingOffsets": "earliest",
        # as many tasks as keep every core busy to the end, whatever the topic's partitions are
        "minPartitions": str(2 * (os.cpu_count() or 1)),
    }


def hourly_rows(text: DataFrame) -> DataFrame:
    """Rows with the hour of the event, of arrival where there is no event time."""
    time = f.col("timestamp") if job["eventTime"] is None else f.col(f"row.{job['eventTime']}")
    rows = text.select(f.from_json("value", job["schema"]).alias("row"), "timestamp")
    return rows.select("row.*", f.to_date(time).alias("event_date"), f.hour(time).alias("event_hour"))


def write_given(text: DataFrame):
    """The file sink, partitioned by hour."""
    hours = hourly_rows(text)
    return hours.writeStream.format("parquet").partitionBy("event_date", "event_hour").option("path", job["output"])


def write_iceberg(spark: SparkSession, text: DataFrame):
    """Iceberg's own sink, partitioned by hour."""
    hours = hourly_rows(text)
    columns = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in hours.schema)
    spark.sql(f"CREATE TABLE lake.bench.rows ({columns}) USING iceberg PARTITIONED BY (event_date, event_hour)")
    # without it the sink wants rows sorted by partition
    return hours.writeStream.format("iceberg").option("fanout-enabled", "true").option("path", "lake.bench.rows")


def write_inferred(spark: SparkSession, text: DataFrame):
    """As the script that Glue generates: each batch's schema from all of its records, partitioned by the hour of arrival."""

    def write(batch: DataFrame, _: int) -> None:
        rows = spark.read.json(batch)
        now = f.current_timestamp()
        parts = {"ingest_year": f.year(now), "ingest_month": f.month(now), "ingest_day": f.dayofmonth(now), "ingest_hour": f.hour(now)}
        rows.withColumns(parts).write.mode("append").partitionBy(*parts).parquet(job["output"])

    return text.writeStream.foreachBatch(write)


def written_records(progress) -> int:
    """By the end offsets of the last batch; a topic of the benchmark begins at offset 0 and has no gaps."""
    # Spark 4.2 gives JSON, 4.1 what Python prints: both are literals
    ends = [ast.literal_eval(str(progress[-1].sources[0].endOffset))] if progress else []
    return sum(end for topics in ends for partitions in topics.values() for end in partitions.values())


main()
