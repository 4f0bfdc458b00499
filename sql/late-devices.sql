-- Devices whose readings reach Kafka long after their event time, or before it: the clock is wrong, or the device was offline.
SELECT deviceid,
       count(*) AS readings,
       sum(CASE WHEN kafka_timestamp > eventtime + INTERVAL '5' MINUTE THEN 1 ELSE 0 END) AS late,
       sum(CASE WHEN kafka_timestamp < eventtime - INTERVAL '5' MINUTE THEN 1 ELSE 0 END) AS ahead
FROM thermometer
WHERE event_date >= '2026-11-23'
GROUP BY deviceid
HAVING sum(CASE WHEN kafka_timestamp > eventtime + INTERVAL '5' MINUTE THEN 1 ELSE 0 END) > 0
    OR sum(CASE WHEN kafka_timestamp < eventtime - INTERVAL '5' MINUTE THEN 1 ELSE 0 END) > 0
ORDER BY late DESC, deviceid
