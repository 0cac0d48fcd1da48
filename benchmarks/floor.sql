-- The reference plan by hand, as an expert would write it: whole numbers only, one running sum over the credits, managers
-- and quotas joined by date. `{input}` is the folder of Parquet files, `{output}` that of results.

-- Who holds which position, under which manager.
CREATE TABLE seats AS
SELECT a.person AS payee, p.position, p.title, p.manager, p.valid_from AS since,
       COALESCE(p.valid_to, DATE '9999-12-31') AS until
FROM '{input}/positions.parquet' p JOIN '{input}/assignments.parquet' a ON a.position = p.position;

-- The managers of two levels above each seat, over time.
CREATE TABLE above AS
SELECT s.payee AS via, m.payee, m.title, 1 AS level,
       GREATEST(s.since, m.since) AS since, LEAST(s.until, m.until) AS until
FROM seats s JOIN seats m ON m.position = s.manager AND m.since < s.until AND s.since < m.until
UNION ALL
SELECT s.payee, d.payee, d.title, 2, GREATEST(s.since, m.since, d.since), LEAST(s.until, m.until, d.until)
FROM seats s
JOIN seats m ON m.position = s.manager AND m.since < s.until AND s.since < m.until
JOIN seats d ON d.position = m.manager AND d.since < LEAST(s.until, m.until) AND GREATEST(s.since, m.since) < d.until;

-- The yearly quota in cents.
CREATE TABLE quotas AS
SELECT subject AS payee, CAST(amount * 100 AS BIGINT) AS quota, valid_from AS since,
       COALESCE(valid_to, DATE '9999-12-31') AS until
FROM '{input}/quotas.parquet';

-- Deals in cents and millionths; one that takes another back is credited like the other.
CREATE TABLE events AS
SELECT d.id, d.close_date, COALESCE(o.close_date, d.close_date) AS recipients_on,
       CAST(d.amount * 100 AS BIGINT) AS cents, d.reverses,
       COALESCE(o.owner, d.owner) AS owner, COALESCE(o.second, d.second) AS second,
       CAST(COALESCE(o.second_share, d.second_share) * 1000000 AS BIGINT) AS second_share
FROM '{input}/deals.parquet' d
LEFT JOIN (
    SELECT id, close_date, owner, second, second_share FROM '{input}/deals.parquet'
    WHERE id IN (SELECT reverses FROM '{input}/deals.parquet' WHERE reverses IS NOT NULL)
) o ON o.id = d.reverses;

-- The owners of a deal. Parts sum to the whole: the cent that is left over goes to the larger remainder.
CREATE TABLE direct AS
WITH parts AS (
    SELECT *, ABS(cents) * second_share // 1000000 AS second_whole, ABS(cents) * second_share % 1000000 AS second_rest,
           ABS(cents) * (1000000 - second_share) // 1000000 AS owner_whole,
           ABS(cents) * (1000000 - second_share) % 1000000 AS owner_rest,
           CASE WHEN cents < 0 THEN -1 ELSE 1 END AS sign
    FROM events WHERE second IS NOT NULL
), halves AS (
    SELECT *, ABS(cents) - second_whole - owner_whole AS left_over FROM parts
)
SELECT id, close_date, recipients_on, cents, reverses, owner AS payee, 2 AS rule, 1000000 AS share, cents AS amount
FROM events WHERE second IS NULL
UNION ALL
SELECT id, close_date, recipients_on, cents, reverses, owner, 2, 1000000 - second_share,
       sign * (owner_whole + CASE WHEN owner_rest > second_rest THEN left_over ELSE 0 END)
FROM halves
UNION ALL
SELECT id, close_date, recipients_on, cents, reverses, second, 1, second_share,
       sign * (second_whole + CASE WHEN second_rest >= owner_rest THEN left_over ELSE 0 END)
FROM halves;

DROP TABLE events;
