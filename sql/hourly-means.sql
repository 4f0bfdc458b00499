-- Hourly mean, minimum and maximum of each patient, and whether the hour is complete. Needs HOURS_EVERY_SECONDS.
-- Reads the Hive partitions from the day on: the condition on event_date decides what a query costs.
SELECT r.patientid,
       r.event_date || ' ' || r.event_hour || ':00' AS hour,
       avg(r.temperature) AS mean,
       min(r.temperature) AS lowest,
       max(r.temperature) AS highest,
       count(r.temperature) AS readings,
       coalesce(h.state, 'filling') AS state
FROM thermometer r
LEFT JOIN (
  SELECT hour, max_by(state, revision) AS state
  FROM thermometer_hours
  WHERE event_date >= '2026-11-23'
  GROUP BY hour
) h ON h.hour = r.event_date || 'T' || r.event_hour
WHERE r.event_date >= '2026-11-23'
GROUP BY r.patientid, r.event_date, r.event_hour, h.state
ORDER BY r.event_date, r.event_hour, r.patientid
