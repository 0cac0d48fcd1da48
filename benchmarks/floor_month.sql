-- One month of the draw: it tops up to 1,500.00 until June; from February on, half of what is earned pays it back.
INSERT INTO payouts
WITH brought AS (
    SELECT m.payee, m.month, m.earned, COALESCE(p.draw_balance, 0) AS balance, COALESCE(p.carried_out, 0) AS carried_in
    FROM months m LEFT JOIN payouts p ON p.payee = m.payee AND p.month = m.month - 1
    WHERE m.month = {month}
), drawn AS (
    SELECT *, CASE WHEN month <= 6 THEN GREATEST(150000 - earned, 0) ELSE 0 END AS draw_paid,
           CASE WHEN month >= 2 THEN LEAST(balance, (GREATEST(earned, 0) + 1) // 2) ELSE 0 END AS draw_recovered
    FROM brought
), summed AS (
    SELECT *, carried_in + earned + draw_paid - draw_recovered AS total FROM drawn
)
SELECT payee, month, earned, draw_paid, draw_recovered, balance + draw_paid - draw_recovered, carried_in,
       LEAST(total, 0), GREATEST(total, 0)
FROM summed;
