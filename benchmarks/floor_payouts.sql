-- Pay by month from the lines that were written: bonus on the year to date, cap of the year, draw, what is carried.

-- What each payee earned in each month.
CREATE TABLE months AS
WITH grid AS (
    SELECT payee, month, CAST(DATE '2026-01-01' + to_months(CAST(month AS INTEGER)) AS DATE) - 1 AS last_day
    FROM (SELECT DISTINCT payee FROM seats) p CROSS JOIN range(1, 13) r(month)
), sums AS (
    SELECT payee, MONTH(close_date) AS month, CAST(SUM(commission) AS BIGINT) AS commission,
           CAST(SUM(amount) AS BIGINT) AS booked
    FROM {lines} GROUP BY ALL
), running AS (
    SELECT g.payee, g.month, q.quota, COALESCE(s.commission, 0) AS commission,
           CAST(SUM(COALESCE(s.booked, 0)) OVER (
               PARTITION BY g.payee ORDER BY g.month ROWS UNBOUNDED PRECEDING) AS BIGINT) AS booked
    FROM grid g LEFT JOIN sums s ON s.payee = g.payee AND s.month = g.month
    JOIN quotas q ON q.payee = g.payee AND q.since <= g.last_day AND g.last_day < q.until
), bonus AS (
    SELECT *, CASE WHEN booked * 10 >= quota * 13 THEN 10 WHEN booked >= quota THEN 5 ELSE 0 END AS per_mille
    FROM running
), entitled AS (
    SELECT *, CASE WHEN booked < 0 THEN -1 ELSE 1 END * ((2 * ABS(booked) * per_mille + 1000) // 2000) AS bonus_to_date
    FROM bonus
), earned AS (
    SELECT *, commission + bonus_to_date
              - COALESCE(LAG(bonus_to_date) OVER (PARTITION BY payee ORDER BY month), 0) AS earned
    FROM entitled
), capped AS (
    SELECT *, LEAST(SUM(earned) OVER (PARTITION BY payee ORDER BY month ROWS UNBOUNDED PRECEDING), 5000000) AS to_date
    FROM earned
)
SELECT payee, month,
       CAST(to_date - COALESCE(LAG(to_date) OVER (PARTITION BY payee ORDER BY month), 0) AS BIGINT) AS earned
FROM capped;

CREATE TABLE payouts (
    payee VARCHAR, month BIGINT, earned BIGINT, draw_paid BIGINT, draw_recovered BIGINT, draw_balance BIGINT,
    carried_in BIGINT, carried_out BIGINT, payable BIGINT
);
