-- Your own proof that nothing is doubled: no row. Leave the condition out for the whole table; it reads two columns.
SELECT kafka_partition, kafka_offset, count(*) AS copies
FROM thermometer
WHERE event_date >= '2026-11-23'
GROUP BY kafka_partition, kafka_offset
HAVING count(*) > 1
ORDER BY kafka_partition, kafka_offset
