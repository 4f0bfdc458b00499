"""Runs SQL by Spark on Iceberg tables in Glue: the catalog `lake`.

    python spark-sql.py '{"jars": […], "endpoint": "http://…"}'

Reads one JSON string of SQL a line, and answers each with one line of JSON: {"rows": […], "files": n}, or {"error": "…"}. "files" is the number of data
files that a query had to open, null where that is not known. An object instead of SQL, {"table": …, "column": …, "values": […], "partition": […]}, deletes the
partition's rows with these values of a column of doubles by a file of equality deletes, as Flink does.
"""

import json
import sys

from pyspark.sql import SparkSession

given = json.loads(sys.argv[1])
catalog = {
    "": "org.apache.iceberg.spark.SparkCatalog",
    ".catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
    ".io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    ".warehouse": "s3://glueless/warehouse",
    ".client.region": "us-east-1",
    ".glue.endpoint": given["endpoint"],
    ".s3.endpoint": given["endpoint"],
    ".s3.path-style-access": "true",
    # tables are changed by others between two queries
    ".cache-enabled": "false",
}
settings = {
    "spark.jars": ",".join(given["jars"]),
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    # the plan that is looked at is the one that ran
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    **{f"spark.sql.catalog.lake{key}": value for key, value in catalog.items()},
}


def files_of(frame):
    leaves = frame._jdf.queryExecution().executedPlan().collectLeaves()
    counts = [leaves.apply(index).metrics().get("resultDataFiles") for index in range(leaves.size())]
    known = [count.get().value() for count in counts if count.isDefined()]
    return sum(known) if known else None


def delete_values(asked):
    gateway, iceberg = spark.sparkContext._gateway, spark._jvm.org.apache.iceberg
    table = iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, asked["table"])
    spec = table.spec()
    column = table.schema().select(gateway.jvm.java.util.List.of(asked["column"]))
    ids = gateway.new_array(gateway.jvm.int, 1)
    ids[0] = column.columns().get(0).fieldId()
    partition = iceberg.data.GenericRecord.create(spec.partitionType())
    for index, value in enumerate(asked["partition"]):
        partition.set(index, value)
    files = iceberg.io.OutputFileFactory.builderFor(table, 1, 1).build()
    factory = iceberg.data.GenericAppenderFactory(table.schema(), spec, ids, column, None)
    writer = factory.newEqDeleteWriter(files.newOutputFile(spec, partition), iceberg.FileFormat.PARQUET, partition)
    for value in asked["values"]:
        record = iceberg.data.GenericRecord.create(column)
        record.set(0, float(value))
        writer.write(record)
    writer.close()
    table.newRowDelta().addDeletes(writer.toDeleteFile()).commit()
    return {"rows": [], "files": None}


def answer(asked):
    try:
        if isinstance(asked, dict):
            return delete_values(asked)
        frame = spark.sql(asked)
        return {"rows": [row.asDict(recursive=True) for row in frame.collect()], "files": files_of(frame)}
    except Exception as error:
        return {"error": str(error)[:2000]}


builder = SparkSession.builder.master("local[1]").appName("reader")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=str), flush=True)
