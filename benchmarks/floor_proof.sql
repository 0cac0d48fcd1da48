-- What makes a result provable, by hand: who was credited why, every line under an id of its own, what was released of
-- it and when, and a hash of every row. The engine writes the same three tables.

CREATE OR REPLACE VIEW proof_credits AS
SELECT 'reference' AS plan, '1' AS version, 'bookings' AS credit_set, 'deals' AS event_type, c.id AS event, c.rule,
       CASE c.rule WHEN 1 THEN 'second' WHEN 2 THEN 'owner' ELSE 'manager' END AS role, c.level, c.payee, s.position,
       c.via, CONCAT(c.id, '~', c.rule, '.', c.level, CASE WHEN c.via = '' THEN '' ELSE '/' || c.via END) AS credit,
       c.close_date AS credited_on, c.share, 1000000 AS share_over, c.amount, 100 AS amount_over, 'EUR' AS currency
FROM credits c
LEFT JOIN seats s ON s.payee = c.payee AND s.since <= c.recipients_on AND c.recipients_on < s.until;

CREATE OR REPLACE VIEW proof_lines AS
WITH told AS (
    SELECT p.*, s.position, COALESCE(t.commission, p.commission) AS paid, STRFTIME(p.close_date, '%Y-%m') AS period,
           CONCAT(p.id, '~', p.rule, '.', p.level, CASE WHEN p.via = '' THEN '' ELSE '/' || p.via END) AS source
    FROM priced p
    LEFT JOIN taken_back t
      ON t.id = p.id AND t.payee = p.payee AND t.rule = p.rule AND t.level = p.level AND t.via = p.via
    LEFT JOIN seats s ON s.payee = p.payee AND s.since <= p.recipients_on AND p.recipients_on < s.until
)
SELECT CONCAT('reference/commission/', payee, '/', source, '/', period) AS line, 'reference' AS plan, '1' AS version,
       'commission' AS component, CASE WHEN reverses IS NULL THEN 'line' ELSE 'reversal' END AS kind, payee, position,
       'deals' AS event_type, id AS event, source, close_date AS credited_on, period AS earning_period,
       period AS pay_period, paid AS amount, paid AS computed, 'EUR' AS currency, '' AS note
FROM told;

CREATE OR REPLACE VIEW proof_releases AS
SELECT plan, component, payee, source, earning_period, 1 AS part, credited_on AS due_on, pay_period, amount, currency,
       'released' AS state, '' AS reason
FROM proof_lines WHERE amount <> 0;

COPY (FROM proof_credits) TO '{output}/proof-credits-{group}.parquet' (COMPRESSION zstd);
COPY (FROM proof_lines) TO '{output}/proof-lines-{group}.parquet' (COMPRESSION zstd);
COPY (FROM proof_releases) TO '{output}/proof-releases-{group}.parquet' (COMPRESSION zstd);

COPY (
    SELECT 'credits' AS "table", payee, COUNT(*) AS "rows", SUM(amount) AS amount, SUM(hash(c)) AS hashes
    FROM proof_credits c GROUP BY payee
    UNION ALL
    SELECT 'lines', payee, COUNT(*), SUM(amount), SUM(hash(l)) FROM proof_lines l GROUP BY payee
    UNION ALL
    SELECT 'releases', payee, COUNT(*), SUM(amount), SUM(hash(r)) FROM proof_releases r GROUP BY payee
) TO '{output}/proof-sums-{group}.parquet' (COMPRESSION zstd);
