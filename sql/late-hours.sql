-- Hours that late rows have reopened: how often, with how many rows, and when the last ones were taken in.
SELECT hour,
       count(*) AS times_reopened,
       max(late_rows) AS late_rows,
       max(since) AS last_reopened
FROM thermometer_hours
WHERE event_date >= '2026-11-23' AND state = 'reopened'
GROUP BY hour
ORDER BY hour
