-- Means outside of 36.1 to 37.2 of at least five readings, of complete hours only: what raises an alert.
SELECT r.patientid,
       r.event_date || ' ' || r.event_hour || ':00' AS hour,
       avg(r.temperature) AS mean,
       count(r.temperature) AS readings,
       CASE WHEN avg(r.temperature) > 37.2 THEN 'high' ELSE 'low' END AS side
FROM thermometer r
JOIN (
  SELECT hour
  FROM thermometer_hours
  WHERE event_date >= '2026-11-23'
  GROUP BY hour
  HAVING max_by(state, revision) = 'complete'
) h ON h.hour = r.event_date || 'T' || r.event_hour
WHERE r.event_date >= '2026-11-23'
GROUP BY r.patientid, r.event_date, r.event_hour
HAVING count(r.temperature) >= 5 AND avg(r.temperature) NOT BETWEEN 36.1 AND 37.2
ORDER BY r.event_date, r.event_hour, r.patientid
