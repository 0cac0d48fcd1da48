-- The commission lines as a file: what was credited, between which amounts it lies, and what it pays.
COPY (
    SELECT p.payee, p.id, p.rule, p.level, p.via, p.close_date, p.share, p.amount, p.before, p.after, p.quota,
           CAST(p.exact AS DECIMAL(38, 0)) AS exact, COALESCE(t.commission, p.commission) AS commission
    FROM priced p LEFT JOIN taken_back t
      ON t.id = p.id AND t.payee = p.payee AND t.rule = p.rule AND t.level = p.level AND t.via = p.via
) TO '{output}/lines-{group}.parquet' (COMPRESSION zstd);
