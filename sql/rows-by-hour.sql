-- Rows of each hour. Counts by the files' footers: it reads no column, and costs next to nothing.
-- The numbers are those of thermometer_hours and of `glueless hours`.
SELECT event_date, event_hour, count(*) AS row_count
FROM thermometer
WHERE event_date >= '2026-11-23'
GROUP BY event_date, event_hour
ORDER BY event_date, event_hour
