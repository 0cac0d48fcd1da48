-- The commission lines of some payees. `{mine}` chooses them: all at once, or one group after the other, which gives the
-- same lines and lets the sorts of the running sum stay in memory.

-- What owners and two levels of managers are credited with.
CREATE OR REPLACE TABLE credits AS
SELECT id, close_date, recipients_on, reverses, payee, 'Rep' AS title, rule, 0 AS level, '' AS via, share, amount
FROM direct WHERE {mine}
UNION ALL
SELECT d.id, d.close_date, d.recipients_on, d.reverses, a.payee, a.title, 3, a.level, d.payee, d.share,
       CASE WHEN d.cents < 0 THEN -1 ELSE 1 END * ((ABS(d.cents) * d.share * 2 + 1000000) // 2000000)
FROM direct d JOIN (SELECT * FROM above WHERE {mine}) a
  ON a.via = d.payee AND a.since <= d.recipients_on AND d.recipients_on < a.until;

-- Each credit with the amount before and after it, and the commission between both. Tiers begin at halves of the quota,
-- so amounts are doubled; `between_both` is in 1/200 of a cent, times the rates of level and accelerator in 1/1000.
CREATE OR REPLACE TABLE priced AS
WITH positioned AS (
    SELECT *, CAST(SUM(amount) OVER (
        PARTITION BY payee ORDER BY close_date, id, rule, level, via ROWS UNBOUNDED PRECEDING) AS BIGINT) AS after
    FROM credits
), quoted AS (
    SELECT p.* EXCLUDE (title), p.after - p.amount AS before, q.quota,
           CASE title WHEN 'Rep' THEN 100 WHEN 'Manager' THEN 20 ELSE 5 END AS level_rate
    FROM positioned p JOIN quotas q ON q.payee = p.payee AND q.since <= p.close_date AND p.close_date < q.until
), integrated AS (
    SELECT *,
           4 * LEAST(after * 2, quota) + 6 * GREATEST(LEAST(after * 2, 2 * quota) - quota, 0)
           + 9 * GREATEST(LEAST(after * 2, 3 * quota) - 2 * quota, 0) + 12 * GREATEST(after * 2 - 3 * quota, 0)
           - 4 * LEAST(before * 2, quota) - 6 * GREATEST(LEAST(before * 2, 2 * quota) - quota, 0)
           - 9 * GREATEST(LEAST(before * 2, 3 * quota) - 2 * quota, 0) - 12 * GREATEST(before * 2 - 3 * quota, 0)
           AS between_both,
           CASE WHEN before * 5 >= quota * 6 THEN 11 ELSE 10 END AS accelerator
    FROM quoted
)
SELECT *, CAST(between_both AS HUGEINT) * level_rate * accelerator AS exact,
       CAST(CASE WHEN between_both < 0 THEN -1 ELSE 1 END
            * ((2 * ABS(CAST(between_both AS HUGEINT)) * level_rate * accelerator + 200000) // 400000) AS BIGINT
       ) AS commission
FROM integrated;

-- A deal that is taken back within 180 days takes back what it paid; after that, nothing.
CREATE OR REPLACE TABLE taken_back AS
SELECT r.payee, r.id, r.rule, r.level, r.via,
       CASE WHEN r.close_date - r.recipients_on <= 180 THEN -o.commission ELSE 0 END AS commission
FROM priced r
JOIN (SELECT * FROM priced WHERE id IN (SELECT reverses FROM priced WHERE reverses IS NOT NULL)) o
  ON o.id = r.reverses AND o.payee = r.payee AND o.rule = r.rule AND o.level = r.level AND o.via = r.via;
