-- Records that could not become rows, by reason, with the newest example of each.
SELECT reason,
       count(*) AS records,
       max(kafka_timestamp) AS newest,
       max_by(kafka_partition, kafka_timestamp) AS kafka_partition,
       max_by(kafka_offset, kafka_timestamp) AS kafka_offset,
       max_by(detail, kafka_timestamp) AS detail,
       max_by(value_text, kafka_timestamp) AS value_text
FROM thermometer_dead_letters
WHERE dl_date >= '2026-11-23'
GROUP BY reason
ORDER BY records DESC, reason
