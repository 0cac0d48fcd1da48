-- centify-kicker, for trino: generated, not run.
-- Nobody has tried these queries there. They are kept so that a change of them is seen:
-- python -m tests.adapters.writing_golden

-- who sits where, day by day; nobody's seat is paid to its vacancy
CREATE TABLE "seats" AS
WITH "held" AS (SELECT *
FROM (SELECT "a"."person" AS "person", "a"."position" AS "position", COALESCE(GREATEST("a"."valid_from", COALESCE("p"."hired_on", "a"."valid_from")), "a"."valid_from", COALESCE("p"."hired_on", "a"."valid_from")) AS "valid_from", COALESCE(LEAST("a"."valid_to", COALESCE("p"."left_on", "a"."valid_to")), "a"."valid_to", COALESCE("p"."left_on", "a"."valid_to")) AS "valid_to"
FROM "assignments" AS "a"
LEFT JOIN "people" AS "p" ON "p"."person" = "a"."person") AS "employed"
WHERE "valid_from" < "valid_to"), "borders" AS (SELECT "position" AS "position", "valid_from" AS "day"
FROM "positions" AS "positions" UNION SELECT "position" AS "position", "valid_to" AS "day"
FROM "positions" AS "positions" UNION SELECT "position" AS "position", "valid_from" AS "day"
FROM "held" AS "held" UNION SELECT "position" AS "position", "valid_to" AS "day"
FROM "held" AS "held"), "pieces" AS (SELECT "position" AS "position", "day" AS "valid_from", LEAD("day") OVER (PARTITION BY "position" ORDER BY "day" NULLS LAST) AS "valid_to"
FROM "borders" AS "borders") SELECT "pieces"."position" AS "position", "positions"."title" AS "title", "positions"."territory" AS "territory", "positions"."unit" AS "unit", "positions"."manager" AS "manager", "held"."person" AS "person", COALESCE("held"."person", ('vacant:' || "pieces"."position")) AS "payee", "pieces"."valid_from" AS "valid_from", "pieces"."valid_to" AS "valid_to"
FROM "pieces" AS "pieces"
INNER JOIN "positions" AS "positions" ON "positions"."position" = "pieces"."position" AND "positions"."valid_from" <= "pieces"."valid_from" AND "pieces"."valid_from" < "positions"."valid_to"
LEFT JOIN "held" AS "held" ON "held"."position" = "pieces"."position" AND "held"."valid_from" <= "pieces"."valid_from" AND "pieces"."valid_from" < "held"."valid_to"
WHERE NOT "pieces"."valid_to" IS NULL;

-- a position or a person by reference, and the seat behind it
CREATE TABLE "holders" AS
SELECT "position" AS "ref", "position" AS "position", "payee" AS "payee", "person" AS "person", "title" AS "title", "territory" AS "territory", "unit" AS "unit", "manager" AS "manager", "valid_from" AS "valid_from", "valid_to" AS "valid_to"
FROM "seats" AS "seats"
UNION ALL SELECT "person" AS "ref", "position" AS "position", "payee" AS "payee", "person" AS "person", "title" AS "title", "territory" AS "territory", "unit" AS "unit", "manager" AS "manager", "valid_from" AS "valid_from", "valid_to" AS "valid_to"
FROM "seats" AS "seats"
WHERE NOT "person" IS NULL AND NOT "person" IN (SELECT "position" AS "position"
FROM "positions" AS "positions")
UNION ALL SELECT "person" AS "ref", CAST(NULL AS VARCHAR) AS "position", "person" AS "payee", "person" AS "person", CAST(NULL AS VARCHAR) AS "title", CAST(NULL AS VARCHAR) AS "territory", CAST(NULL AS VARCHAR) AS "unit", CAST(NULL AS VARCHAR) AS "manager", "valid_from" AS "valid_from", "valid_to" AS "valid_to"
FROM (SELECT "person" AS "person", COALESCE(MAX("seat_to") OVER (PARTITION BY "person" ORDER BY "seat_from" NULLS LAST, "seat_to" NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), CAST('0001-01-01' AS DATE)) AS "valid_from", "seat_from" AS "valid_to"
FROM (SELECT "person" AS "person", "valid_from" AS "seat_from", "valid_to" AS "seat_to"
FROM "seats" AS "seats"
WHERE NOT "person" IS NULL
UNION ALL SELECT "person" AS "person", CAST('9999-12-31' AS DATE) AS "seat_from", CAST('9999-12-31' AS DATE) AS "seat_to"
FROM "people" AS "people") AS "s") AS "gaps"
WHERE "valid_from" < "valid_to" AND NOT "person" IN (SELECT "position" AS "position"
FROM "positions" AS "positions") AND "person" IN (SELECT "person" AS "person"
FROM "people" AS "people");

-- who is on the plan, from when to when
CREATE TABLE "centify-kicker:members" AS
SELECT "position" AS "position", "payee" AS "payee", "person" AS "person", "title" AS "title", "territory" AS "territory", "unit" AS "unit", "person.name" AS "person.name", "person.country" AS "person.country", "person.currency" AS "person.currency", "person.kind" AS "person.kind", "person.hired_on" AS "person.hired_on", "person.left_on" AS "person.left_on", CASE WHEN "valid_from" IS NULL OR CAST('2026-01-01' AS DATE) IS NULL THEN NULL ELSE COALESCE(GREATEST("valid_from", CAST('2026-01-01' AS DATE)), "valid_from", CAST('2026-01-01' AS DATE)) END AS "valid_from", CASE WHEN "valid_to" IS NULL OR CAST('9999-12-31' AS DATE) IS NULL THEN NULL ELSE COALESCE(LEAST("valid_to", CAST('9999-12-31' AS DATE)), "valid_to", CAST('9999-12-31' AS DATE)) END AS "valid_to", CAST(0 AS INTEGER) AS "version"
FROM (WITH "layer1" AS (SELECT "seat"."position" AS "position", "seat"."payee" AS "payee", "seat"."person" AS "person", "seat"."title" AS "title", "seat"."territory" AS "territory", "seat"."unit" AS "unit", "seat"."valid_from" AS "valid_from", "seat"."valid_to" AS "valid_to", "who"."name" AS "person.name", "who"."country" AS "person.country", "who"."currency" AS "person.currency", "who"."kind" AS "person.kind", "who"."hired_on" AS "person.hired_on", "who"."left_on" AS "person.left_on"
FROM "seats" AS "seat"
LEFT JOIN "people" AS "who" ON "who"."person" = "seat"."person"),
"layer2" AS (SELECT *
FROM "layer1" AS "p"
WHERE TRUE) SELECT *
FROM "layer2" AS "p") AS "m"
WHERE CASE WHEN "valid_from" IS NULL OR CAST('2026-01-01' AS DATE) IS NULL THEN NULL ELSE COALESCE(GREATEST("valid_from", CAST('2026-01-01' AS DATE)), "valid_from", CAST('2026-01-01' AS DATE)) END < CASE WHEN "valid_to" IS NULL OR CAST('9999-12-31' AS DATE) IS NULL THEN NULL ELSE COALESCE(LEAST("valid_to", CAST('9999-12-31' AS DATE)), "valid_to", CAST('9999-12-31' AS DATE)) END;

-- payees and their quarter periods
CREATE TABLE "centify-kicker:rows:quarter" AS
WITH "active" AS (SELECT "m"."payee" AS "payee", "p"."place" AS "place", SUM(CAST(CAST(DATE_DIFF('day', COALESCE(GREATEST("m"."valid_from", "p"."start"), "m"."valid_from", "p"."start"), COALESCE(LEAST("m"."valid_to", "p"."end"), "m"."valid_to", "p"."end")) AS BIGINT) AS DECIMAL(38, 0))) AS "active_days"
FROM "centify-kicker:members" AS "m"
INNER JOIN "periods:gregorian:quarter" AS "p" ON "m"."valid_from" < "p"."end" AND "p"."start" < "m"."valid_to" AND "p"."start" < CAST('2026-10-01' AS DATE)
GROUP BY "m"."payee", "p"."place"), "credited" AS (SELECT CAST(NULL AS VARCHAR) AS "payee", CAST(NULL AS BIGINT) AS "place"
WHERE FALSE), "spans" AS (SELECT "payee" AS "payee", MIN("place") AS "first_place"
FROM (SELECT "payee" AS "payee", CAST("place" AS BIGINT) AS "place"
FROM "active" AS "active" UNION SELECT "payee" AS "payee", CAST("place" AS BIGINT) AS "place"
FROM "credited" AS "credited") AS "unnamed 0"
GROUP BY "payee"), "dense" AS (SELECT "s"."payee" AS "payee", "p".*, "p"."place" - "s"."first_place" + 1 AS "ordinal"
FROM "spans" AS "s"
INNER JOIN "periods:gregorian:quarter" AS "p" ON "p"."place" >= "s"."first_place" AND "p"."start" < CAST('2026-10-01' AS DATE)), "seated" AS (SELECT *, COALESCE(LEAD("valid_from") OVER (PARTITION BY "payee" ORDER BY "valid_from" NULLS LAST, "position" DESC NULLS LAST), CAST('9999-12-31' AS DATE)) AS "followed_on"
FROM "centify-kicker:members" AS "centify-kicker:members") SELECT "d"."payee" AS "payee", "d"."period" AS "period", "d"."start" AS "start", "d"."end" AS "end", CAST("d"."place" AS BIGINT) AS "place", CAST("d"."number" AS BIGINT) AS "number", CAST("d"."days" AS BIGINT) AS "days", CAST("d"."month" AS BIGINT) AS "month", CAST("d"."quarter" AS BIGINT) AS "quarter", CAST("d"."year" AS BIGINT) AS "year", "d"."in_week" AS "in_week", "d"."in_month" AS "in_month", "d"."in_quarter" AS "in_quarter", "d"."in_half" AS "in_half", "d"."in_year" AS "in_year", CAST(COALESCE("a"."active_days", 0) AS DECIMAL(38, 0)) AS "active_days", (NOT "a"."active_days" IS NULL OR NOT "c"."place" IS NULL) AS "present", CAST("d"."ordinal" AS BIGINT) AS "ordinal", "s"."position" AS "position", "s"."person" AS "person", "s"."title" AS "title", "s"."territory" AS "territory", "s"."unit" AS "unit", "s"."person.name" AS "person.name", "s"."person.country" AS "person.country", "s"."person.currency" AS "person.currency", "s"."person.kind" AS "person.kind", "s"."person.hired_on" AS "person.hired_on", "s"."person.left_on" AS "person.left_on", DATE_ADD('day', -(1), COALESCE(LEAST("s"."valid_to", "d"."end"), "s"."valid_to", "d"."end")) AS "last_day", "s"."valid_to" >= "d"."end" AND NOT "a"."active_days" IS NULL AS "there_at_end"
FROM "dense" AS "d"
LEFT JOIN "active" AS "a" ON "a"."payee" = "d"."payee" AND "a"."place" = "d"."place"
LEFT JOIN "credited" AS "c" ON "c"."payee" = "d"."payee" AND "c"."place" = "d"."place"
LEFT JOIN "seated" AS "s" ON "s"."payee" = "d"."payee" AND "s"."valid_from" < "d"."end" AND "d"."end" <= "s"."followed_on";

-- lines of kicker
CREATE TABLE "centify-kicker:0:component:kicker" AS
SELECT "line:payee" AS "payee", "line:position" AS "position", "line:event_type" AS "event_type", "line:event" AS "event", "line:source" AS "source", "line:credited_on" AS "credited_on", "line:period" AS "period", CAST("line:exact" AS DECIMAL(38, 0)) AS "exact", CAST("line:exact/" AS DECIMAL(38, 0)) AS "exact/", CAST("line:uncapped" AS DECIMAL(38, 0)) AS "uncapped", CAST("line:uncapped/" AS DECIMAL(38, 0)) AS "uncapped/", CAST("line:amount" AS DECIMAL(38, 0)) AS "amount", "line:note" AS "note", "line:kind" AS "kind", "line:original" AS "original"
FROM (WITH "layer1" AS (SELECT *
FROM "centify-kicker:rows:quarter" AS "centify-kicker:rows:quarter"
WHERE "present"),
"layer2" AS (SELECT *
FROM "layer1" AS "p"
WHERE "end" > CAST('2026-01-01' AS DATE) AND TRUE),
"layer3" AS (SELECT *, TRUE AS "@has_part"
FROM "layer2" AS "p"),
"layer4" AS (SELECT "p".*, "r"."last$2" AS "last$2"
FROM "layer3" AS "p"
LEFT JOIN (SELECT "period" AS "j$3.period", "end" AS "last$2"
FROM "periods:gregorian:quarter" AS "periods:gregorian:quarter") AS "r" ON ("period") = "j$3.period"),
"layer5" AS (SELECT "p".*, "r"."in$4" AS "in$4", "r"."in$4.from" AS "in$4.from", "r"."in$4.to" AS "in$4.to"
FROM "layer4" AS "p"
LEFT JOIN (SELECT "input" AS "j$5.input", "subject" AS "j$5.subject", "value" AS "in$4", "valid_from" AS "in$4.from", "valid_to" AS "in$4.to"
FROM "inputs" AS "inputs") AS "r" ON ('attained') = "j$5.input" AND ("person") = "j$5.subject" AND "in$4.from" <= (DATE_ADD('day', -(1), "last$2")) AND (DATE_ADD('day', -(1), "last$2")) < "in$4.to"),
"layer6" AS (SELECT "p".*, "r"."in$6" AS "in$6", "r"."in$6.from" AS "in$6.from", "r"."in$6.to" AS "in$6.to"
FROM "layer5" AS "p"
LEFT JOIN (SELECT "input" AS "j$7.input", "subject" AS "j$7.subject", "value" AS "in$6", "valid_from" AS "in$6.from", "valid_to" AS "in$6.to"
FROM "inputs" AS "inputs") AS "r" ON ('attained') = "j$7.input" AND ("position") = "j$7.subject" AND "in$6.from" <= (DATE_ADD('day', -(1), "last$2")) AND (DATE_ADD('day', -(1), "last$2")) < "in$6.to"),
"layer7" AS (SELECT *, COALESCE(CAST("in$4" AS DECIMAL(38, 0)), CAST("in$6" AS DECIMAL(38, 0))) AS "v$8"
FROM "layer6" AS "p"),
"layer8" AS (SELECT *, COALESCE("v$8" >= (CAST(2 AS DECIMAL(38, 0)) * CAST(1000000 AS DECIMAL(38, 0))), FALSE) AS "gate$1"
FROM "layer7" AS "p"),
"layer9" AS (SELECT *, CASE WHEN NOT "gate$1" THEN CAST(0 AS DECIMAL(38, 0)) WHEN "gate$1" THEN CAST(3125 AS DECIMAL(38, 0)) ELSE CAST(NULL AS DECIMAL(38, 0)) END AS "v$9", "payee" AS "line:payee", "position" AS "line:position", '' AS "line:event_type", CAST(NULL AS VARCHAR) AS "line:event", "period" AS "line:source", CAST((DATE_ADD('day', -(1), "end")) AS DATE) AS "line:credited_on", "period" AS "line:period", CASE WHEN "@has_part" THEN 'line' ELSE 'no part' END AS "line:kind", CAST(NULL AS VARCHAR) AS "line:original", CASE WHEN NOT "gate$1" THEN 'gate not met' ELSE '' END AS "line:note"
FROM "layer8" AS "p"),
"layer10" AS (SELECT *, "v$9" AS "line:exact", CAST(1 AS DECIMAL(38, 0)) AS "line:exact/", "v$9" AS "line:uncapped", CAST(1 AS DECIMAL(38, 0)) AS "line:uncapped/", "v$9" * CAST(100 AS DECIMAL(38, 0)) AS "line:amount"
FROM "layer9" AS "p") SELECT *
FROM "layer10" AS "p") AS "f";

-- lines of all components
CREATE VIEW "centify-kicker:raw" AS
SELECT '1' AS "version", 'kicker' AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("amount" AS DECIMAL(38, 0)) AS "computed", "note" AS "note", CAST("exact" AS DECIMAL(38, 0)) AS "exact", CAST("exact/" AS DECIMAL(38, 0)) AS "exact/"
FROM "centify-kicker:0:component:kicker" AS "centify-kicker:0:component:kicker"
WHERE "credited_on" < CAST('2026-10-01' AS DATE);

-- amounts that people put in the place of computed ones
CREATE TABLE "centify-kicker:overrides" AS
SELECT "override" AS "override", "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", "reason" AS "reason", CAST("replaced" AS DECIMAL(38, 0)) AS "amount"
FROM (SELECT "override" AS "override", "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", "reason" AS "reason", CASE WHEN CAST("amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS "replaced", CAST(ROW_NUMBER() OVER (PARTITION BY "component", "payee", "source", "earning_period" ORDER BY "override" DESC NULLS LAST) AS BIGINT) AS "turn"
FROM "overrides" AS "overrides"
WHERE "plan" = 'centify-kicker' AND ("expires_on" IS NULL OR "expires_on" > CAST('2026-01-01' AS DATE))) AS "o"
WHERE "turn" = 1;

-- lines; nobody has overridden any
CREATE VIEW "centify-kicker:lines" AS
SELECT "centify-kicker:raw"."version" AS "version", "centify-kicker:raw"."component" AS "component", "centify-kicker:raw"."kind" AS "kind", "centify-kicker:raw"."payee" AS "payee", "centify-kicker:raw"."position" AS "position", "centify-kicker:raw"."event_type" AS "event_type", "centify-kicker:raw"."event" AS "event", "centify-kicker:raw"."source" AS "source", "centify-kicker:raw"."credited_on" AS "credited_on", "centify-kicker:raw"."period" AS "period", CAST("centify-kicker:raw"."amount" AS DECIMAL(38, 0)) AS "amount", CAST("centify-kicker:raw"."computed" AS DECIMAL(38, 0)) AS "computed", "centify-kicker:raw"."note" AS "note", CAST("centify-kicker:raw"."exact" AS DECIMAL(38, 0)) AS "exact", CAST("centify-kicker:raw"."exact/" AS DECIMAL(38, 0)) AS "exact/"
FROM "centify-kicker:raw" AS "centify-kicker:raw"
WHERE "kind" <> 'no part';

-- lines with the caps of components
CREATE VIEW "centify-kicker:entitled:capped" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "centify-kicker:lines" AS "centify-kicker:lines"
WHERE NOT "amount" IS NULL;

-- lines with caps and floors of components
CREATE VIEW "centify-kicker:entitled:components" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "centify-kicker:entitled:capped" AS "centify-kicker:entitled:capped";

-- everything that is due, by earning period
CREATE VIEW "centify-kicker:entitled" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "centify-kicker:entitled:components" AS "centify-kicker:entitled:components";

-- the pay periods that are booked
CREATE TABLE "centify-kicker:open" AS
SELECT "period" AS "period", CAST("place" AS BIGINT) AS "place", "start" AS "start", "end" AS "end"
FROM "periods:gregorian:quarter" AS "periods:gregorian:quarter"
WHERE "end" > CAST('2026-01-01' AS DATE) AND "end" <= CAST('2026-10-01' AS DATE);

-- what closed periods have booked, by line
CREATE TABLE "centify-kicker:ledger" AS
SELECT "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", CAST(CAST(SUM(CAST("amount" AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount"
FROM "ledger_lines" AS "ledger_lines"
WHERE "plan" = 'centify-kicker'
GROUP BY 1, 2, 3, 4;

-- differences to other periods, adjustments
CREATE TABLE "centify-kicker:booked:others" AS
SELECT COALESCE("e"."version", '1') AS "version", COALESCE("e"."component", "g"."component") AS "component", 'difference' AS "kind", COALESCE("e"."payee", "g"."payee") AS "payee", "e"."position" AS "position", COALESCE("e"."event_type", '') AS "event_type", "e"."event" AS "event", COALESCE("e"."source", "g"."source") AS "source", "e"."credited_on" AS "credited_on", COALESCE("e"."period", "g"."earning_period") AS "earning_period", (SELECT MIN_BY("period", "place") FILTER (WHERE "period" IS NOT NULL) AS "column 0"
FROM "centify-kicker:open" AS "centify-kicker:open"
WHERE TRUE) AS "pay_period", CAST(COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) - COALESCE("g"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "amount", CAST(COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) - COALESCE("g"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "computed", ('late: ' || COALESCE("e"."period", "g"."earning_period")) AS "note"
FROM (SELECT *
FROM "centify-kicker:entitled" AS "centify-kicker:entitled"
WHERE "period" IN (SELECT "period" AS "period"
FROM "periods:gregorian:quarter" AS "periods:gregorian:quarter"
WHERE "end" <= CAST('0001-01-01' AS DATE))) AS "e" FULL JOIN (SELECT *
FROM "centify-kicker:ledger" AS "centify-kicker:ledger"
WHERE "source" NOT LIKE 'adjustment:%') AS "g" ON "g"."component" = "e"."component" AND "g"."payee" = "e"."payee" AND "g"."source" = "e"."source" AND "g"."earning_period" = "e"."period"
WHERE COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) <> COALESCE("g"."amount", CAST(0 AS DECIMAL(38, 0)))
UNION ALL SELECT '1' AS "version", "component" AS "component", 'adjustment' AS "kind", "payee" AS "payee", CAST(NULL AS VARCHAR) AS "position", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", ('adjustment:' || "adjustment") AS "source", CAST(NULL AS DATE) AS "credited_on", "pay_period" AS "earning_period", "pay_period" AS "pay_period", CAST(CASE WHEN CAST("amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "amount", CAST(CASE WHEN CAST("amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "computed", "reason" AS "note"
FROM "adjustments" AS "adjustments"
WHERE "plan" = 'centify-kicker' AND "currency" = 'USD' AND "pay_period" IN (SELECT "period" AS "period"
FROM "centify-kicker:open" AS "centify-kicker:open") AND "component" IN ('kicker') AND "payee" IN (SELECT "person" AS "person"
FROM "people" AS "people"
UNION ALL SELECT ('vacant:' || "position") AS "person"
FROM "positions" AS "positions");

-- every line with the pay period in which it is booked
CREATE VIEW "centify-kicker:booked" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "earning_period", "period" AS "pay_period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "centify-kicker:entitled" AS "centify-kicker:entitled"
WHERE "period" IN (SELECT "period" AS "period"
FROM "centify-kicker:open" AS "centify-kicker:open"
WHERE TRUE AND TRUE)
UNION ALL SELECT "centify-kicker:booked:others"."version" AS "version", "centify-kicker:booked:others"."component" AS "component", "centify-kicker:booked:others"."kind" AS "kind", "centify-kicker:booked:others"."payee" AS "payee", "centify-kicker:booked:others"."position" AS "position", "centify-kicker:booked:others"."event_type" AS "event_type", "centify-kicker:booked:others"."event" AS "event", "centify-kicker:booked:others"."source" AS "source", "centify-kicker:booked:others"."credited_on" AS "credited_on", "centify-kicker:booked:others"."earning_period" AS "earning_period", "centify-kicker:booked:others"."pay_period" AS "pay_period", CAST("centify-kicker:booked:others"."amount" AS DECIMAL(38, 0)) AS "amount", CAST("centify-kicker:booked:others"."computed" AS DECIMAL(38, 0)) AS "computed", "centify-kicker:booked:others"."note" AS "note"
FROM "centify-kicker:booked:others" AS "centify-kicker:booked:others";

-- every line is payable when it is booked
CREATE VIEW "centify-kicker:releases" AS
SELECT "b"."component" AS "component", "b"."payee" AS "payee", "b"."source" AS "source", "b"."earning_period" AS "earning_period", CAST(1 AS INTEGER) AS "part", COALESCE("b"."credited_on", CAST(DATE_ADD('day', -(1), "o"."end") AS DATE)) AS "due_on", "b"."pay_period" AS "pay_period", CAST("b"."amount" AS DECIMAL(38, 0)) AS "amount", 'released' AS "state", '' AS "reason"
FROM "centify-kicker:booked" AS "b"
INNER JOIN "centify-kicker:open" AS "o" ON "o"."period" = "b"."pay_period"
WHERE "b"."amount" <> 0 AND NOT STARTS_WITH("b"."payee", 'vacant:')
UNION ALL SELECT "b"."component" AS "component", "b"."payee" AS "payee", "b"."source" AS "source", "b"."earning_period" AS "earning_period", CAST(1 AS INTEGER) AS "part", MIN(COALESCE("b"."credited_on", CAST(DATE_ADD('day', -(1), "o"."end") AS DATE))) AS "due_on", CAST(NULL AS VARCHAR) AS "pay_period", CAST(CAST(SUM("b"."amount") AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", 'held' AS "state", 'the seat is vacant' AS "reason"
FROM "centify-kicker:booked" AS "b"
INNER JOIN "centify-kicker:open" AS "o" ON "o"."period" = "b"."pay_period"
WHERE STARTS_WITH("b"."payee", 'vacant:')
GROUP BY "b"."component", "b"."payee", "b"."source", "b"."earning_period"
HAVING SUM("b"."amount") <> 0;

-- everybody who is paid, and their pay periods
CREATE TABLE "centify-kicker:pay-rows" AS
WITH "firsts" AS (SELECT "payee" AS "payee", MIN("place") AS "first_place"
FROM (SELECT "payee" AS "payee", CAST("place" AS BIGINT) AS "place"
FROM "centify-kicker:rows:quarter" AS "centify-kicker:rows:quarter"
UNION ALL SELECT "l"."payee" AS "payee", CAST("p"."place" AS BIGINT) AS "place"
FROM "centify-kicker:lines" AS "l"
INNER JOIN "periods:gregorian:quarter" AS "p" ON "p"."period" = "l"."period"
UNION ALL SELECT "a"."payee" AS "payee", CAST("p"."place" AS BIGINT) AS "place"
FROM (SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "adjustments" AS "adjustments"
WHERE "plan" = 'centify-kicker' UNION SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "ledger_lines" AS "ledger_lines"
WHERE "plan" = 'centify-kicker' UNION SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "ledger_releases" AS "ledger_releases"
WHERE "plan" = 'centify-kicker' UNION SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "ledger_balances" AS "ledger_balances"
WHERE "plan" = 'centify-kicker') AS "a"
INNER JOIN "periods:gregorian:quarter" AS "p" ON "p"."period" = "a"."pay_period") AS "f"
GROUP BY "payee"), "dense" AS (SELECT "f"."payee" AS "payee", "p".*
FROM "firsts" AS "f"
INNER JOIN "periods:gregorian:quarter" AS "p" ON "p"."place" >= "f"."first_place" AND "p"."start" < CAST('2026-10-01' AS DATE)), "seated" AS (SELECT *, COALESCE(LEAD("valid_from") OVER (PARTITION BY "payee" ORDER BY "valid_from" NULLS LAST, "position" DESC NULLS LAST), CAST('9999-12-31' AS DATE)) AS "followed_on"
FROM "centify-kicker:members" AS "centify-kicker:members"), "first_rows" AS (SELECT "payee" AS "payee", MIN("place") AS "place"
FROM "centify-kicker:rows:quarter" AS "centify-kicker:rows:quarter"
GROUP BY "payee") SELECT "d"."payee" AS "payee", "d"."period" AS "period", "d"."start" AS "start", "d"."end" AS "end", CAST("d"."place" AS BIGINT) AS "place", CAST("d"."number" AS BIGINT) AS "number", CAST("d"."days" AS BIGINT) AS "days", CAST("d"."month" AS BIGINT) AS "month", CAST("d"."quarter" AS BIGINT) AS "quarter", CAST("d"."year" AS BIGINT) AS "year", "d"."in_week" AS "in_week", "d"."in_month" AS "in_month", "d"."in_quarter" AS "in_quarter", "d"."in_half" AS "in_half", "d"."in_year" AS "in_year", CAST(COALESCE("r"."active_days", 0) AS DECIMAL(38, 0)) AS "active_days", COALESCE("r"."present", FALSE) AS "present", CAST("d"."place" - "o"."place" + 1 AS BIGINT) AS "ordinal", "s"."position" AS "position", COALESCE("s"."person", "w"."person") AS "person", "s"."title" AS "title", "s"."territory" AS "territory", "s"."unit" AS "unit", "w"."name" AS "person.name", "w"."country" AS "person.country", "w"."currency" AS "person.currency", "w"."kind" AS "person.kind", "w"."hired_on" AS "person.hired_on", "w"."left_on" AS "person.left_on", CAST(DATE_ADD('day', -(1), COALESCE(LEAST(COALESCE("s"."valid_to", "d"."end"), "d"."end"), COALESCE("s"."valid_to", "d"."end"), "d"."end")) AS DATE) AS "last_day", COALESCE("r"."there_at_end", FALSE) AS "there_at_end"
FROM "dense" AS "d"
LEFT JOIN "centify-kicker:rows:quarter" AS "r" ON "r"."payee" = "d"."payee" AND "r"."period" = "d"."period"
LEFT JOIN "seated" AS "s" ON "s"."payee" = "d"."payee" AND "s"."valid_from" < "d"."end" AND "d"."end" <= "s"."followed_on"
LEFT JOIN "first_rows" AS "o" ON "o"."payee" = "d"."payee"
LEFT JOIN "people" AS "w" ON "w"."person" = "d"."payee";

-- guarantees and draws by payee and pay period
CREATE TABLE "centify-kicker:terms" AS
SELECT "payee" AS "payee", "period" AS "period", CAST("ordinal" AS BIGINT) AS "ordinal", CAST("guarantee_amount" AS DECIMAL(38, 0)) AS "guarantee_amount", CAST("draw_amount" AS DECIMAL(38, 0)) AS "draw_amount", CAST("recover_over" AS DECIMAL(38, 0)) AS "recover_over", CAST("recover_share" AS DECIMAL(38, 0)) AS "recover_share", CAST("recover_keeps" AS DECIMAL(38, 0)) AS "recover_keeps", CAST("recover_from" AS INTEGER) AS "recover_from", "draw_form" AS "draw_form", "recovers" AS "recovers", "carries" AS "carries", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("pay_places" AS INTEGER) AS "pay_places", "guarantee_missing" AS "guarantee_missing", "draw_missing" AS "draw_missing"
FROM (WITH "layer1" AS (SELECT *
FROM "centify-kicker:pay-rows" AS "centify-kicker:pay-rows"),
"layer2" AS (SELECT *, FALSE AS "guarantee_missing", CAST(NULL AS DECIMAL(38, 0)) AS "guarantee_amount", FALSE AS "draw_missing", CAST(NULL AS DECIMAL(38, 0)) AS "draw_amount", CAST(NULL AS DECIMAL(38, 0)) AS "recover_share", CAST(1 AS DECIMAL(38, 0)) AS "recover_over", CAST(0 AS DECIMAL(38, 0)) AS "recover_keeps", 1 AS "recover_from", '' AS "draw_form", FALSE AS "recovers", TRUE AS "carries", 'USD' AS "pay_currency", CAST(1000000000000 AS DECIMAL(38, 0)) AS "pay_rate", 2 AS "pay_places"
FROM "layer1" AS "p") SELECT *
FROM "layer2" AS "p") AS "f"
WHERE TRUE;

-- what is earned and released, with the terms that apply
CREATE TABLE "centify-kicker:sums" AS
WITH "earned" AS (SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST(SUM("amount") AS DECIMAL(38, 0)) AS "amount"
FROM "centify-kicker:booked" AS "centify-kicker:booked"
GROUP BY 1, 2), "paid" AS (SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST(SUM(CASE WHEN "state" = 'released' THEN "amount" END) AS DECIMAL(38, 0)) AS "amount"
FROM "centify-kicker:releases" AS "centify-kicker:releases"
GROUP BY 1, 2), "people" AS (SELECT "payee" AS "payee"
FROM "centify-kicker:pay-rows" AS "centify-kicker:pay-rows" UNION SELECT "payee" AS "payee"
FROM "earned" AS "earned" UNION SELECT "payee" AS "payee"
FROM "paid" AS "paid" UNION SELECT "payee" AS "payee"
FROM "ledger_balances" AS "ledger_balances"
WHERE "plan" = 'centify-kicker' AND "amount" <> 0) SELECT "p"."payee" AS "payee", "o"."period" AS "pay_period", CAST("o"."place" AS BIGINT) AS "place", "r"."position" AS "position", CAST(COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "earned", CAST(COALESCE("a"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "released", "t"."of_payee" AS "of_payee", "t"."period" AS "period", CAST("t"."ordinal" AS BIGINT) AS "ordinal", CAST("t"."guarantee_amount" AS DECIMAL(38, 0)) AS "guarantee_amount", CAST("t"."draw_amount" AS DECIMAL(38, 0)) AS "draw_amount", CAST("t"."recover_over" AS DECIMAL(38, 0)) AS "recover_over", CAST("t"."recover_share" AS DECIMAL(38, 0)) AS "recover_share", CAST("t"."recover_keeps" AS DECIMAL(38, 0)) AS "recover_keeps", CAST("t"."recover_from" AS INTEGER) AS "recover_from", "t"."draw_form" AS "draw_form", "t"."recovers" AS "recovers", "t"."carries" AS "carries", "t"."pay_currency" AS "pay_currency", CAST("t"."pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("t"."pay_places" AS INTEGER) AS "pay_places", "t"."guarantee_missing" AS "guarantee_missing", "t"."draw_missing" AS "draw_missing", COALESCE("t"."carries", TRUE) AS "carries_on", CAST("r"."active_days" AS DECIMAL(38, 0)) AS "active_days"
FROM "people" AS "p" CROSS JOIN "centify-kicker:open" AS "o"
LEFT JOIN "centify-kicker:pay-rows" AS "r" ON "r"."payee" = "p"."payee" AND "r"."period" = "o"."period"
LEFT JOIN (SELECT "payee" AS "of_payee", "centify-kicker:terms"."period" AS "period", "centify-kicker:terms"."ordinal" AS "ordinal", "centify-kicker:terms"."guarantee_amount" AS "guarantee_amount", "centify-kicker:terms"."draw_amount" AS "draw_amount", "centify-kicker:terms"."recover_over" AS "recover_over", "centify-kicker:terms"."recover_share" AS "recover_share", "centify-kicker:terms"."recover_keeps" AS "recover_keeps", "centify-kicker:terms"."recover_from" AS "recover_from", "centify-kicker:terms"."draw_form" AS "draw_form", "centify-kicker:terms"."recovers" AS "recovers", "centify-kicker:terms"."carries" AS "carries", "centify-kicker:terms"."pay_currency" AS "pay_currency", "centify-kicker:terms"."pay_rate" AS "pay_rate", "centify-kicker:terms"."pay_places" AS "pay_places", "centify-kicker:terms"."guarantee_missing" AS "guarantee_missing", "centify-kicker:terms"."draw_missing" AS "draw_missing"
FROM "centify-kicker:terms" AS "centify-kicker:terms") AS "t" ON "t"."of_payee" = "p"."payee" AND "t"."period" = "o"."period"
LEFT JOIN "earned" AS "e" ON "e"."payee" = "p"."payee" AND "e"."pay_period" = "o"."period"
LEFT JOIN "paid" AS "a" ON "a"."payee" = "p"."payee" AND "a"."pay_period" = "o"."period";

-- settlement of the first open period
CREATE TABLE "centify-kicker:settled" AS
SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST("place" AS BIGINT) AS "place", "position" AS "position", CAST("earned" AS DECIMAL(38, 0)) AS "earned", CAST("released" AS DECIMAL(38, 0)) AS "released", CAST("guarantee" AS DECIMAL(38, 0)) AS "guarantee", CAST("draw_paid" AS DECIMAL(38, 0)) AS "draw_paid", CAST("draw_recovered" AS DECIMAL(38, 0)) AS "draw_recovered", CAST("draw_balance" AS DECIMAL(38, 0)) AS "draw_balance", CAST("carried_in" AS DECIMAL(38, 0)) AS "carried_in", CAST(CASE WHEN "total" < 0 AND "carries" THEN "total" ELSE CAST(0 AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "carried_out", CAST(CASE WHEN "total" < 0 AND "carries" THEN CAST(0 AS DECIMAL(38, 0)) ELSE "total" END AS DECIMAL(38, 0)) AS "payable", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("pay_places" AS INTEGER) AS "pay_places", CAST("active_days" AS DECIMAL(38, 0)) AS "active_days", "recovers" AND "ordinal" >= "recover_from" AND "brought" > 0 AND ("recover_share" IS NULL OR "recover_keeps" IS NULL) AS "recovery_missing"
FROM (SELECT *, "carried_in" + "with_guarantee" + CASE WHEN "draw_form" = 'in_advance' THEN CAST(0 AS DECIMAL(38, 0)) ELSE "draw_paid" END - "draw_recovered" AS "total", CASE WHEN "draw_form" = 'in_advance' OR "recovers" THEN "brought" + "draw_paid" - "draw_recovered" WHEN "draw_form" IN ('top_up', 'on_top') THEN CAST(0 AS DECIMAL(38, 0)) ELSE "brought" END AS "draw_balance"
FROM (SELECT *, CASE WHEN "draw_form" = 'in_advance' THEN COALESCE(GREATEST(COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))), COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))) WHEN "recovers" AND "ordinal" >= "recover_from" AND NOT "recover_share" IS NULL AND NOT "recover_keeps" IS NULL THEN COALESCE(LEAST("brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))), "brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))) ELSE CAST(0 AS DECIMAL(38, 0)) END AS "draw_recovered"
FROM (SELECT *, CASE WHEN "draw_amount" IS NULL THEN CAST(0 AS DECIMAL(38, 0)) WHEN "draw_form" = 'top_up' THEN COALESCE(GREATEST("draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))), "draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))) ELSE "draw_amount" END AS "draw_paid"
FROM (SELECT "s"."payee" AS "payee", "s"."pay_period" AS "pay_period", "s"."place" AS "place", "s"."position" AS "position", "s"."earned" AS "earned", "s"."released" AS "released", "s"."of_payee" AS "of_payee", "s"."period" AS "period", "s"."ordinal" AS "ordinal", "s"."guarantee_amount" AS "guarantee_amount", "s"."draw_amount" AS "draw_amount", "s"."recover_over" AS "recover_over", "s"."recover_share" AS "recover_share", "s"."recover_keeps" AS "recover_keeps", "s"."recover_from" AS "recover_from", "s"."pay_rate" AS "pay_rate", "s"."pay_places" AS "pay_places", "s"."guarantee_missing" AS "guarantee_missing", "s"."draw_missing" AS "draw_missing", "s"."carries_on" AS "carries_on", "s"."active_days" AS "active_days", "s"."pay_currency" AS "pay_currency", "s"."carries_on" AS "carries", COALESCE("s"."draw_form", '') AS "draw_form", COALESCE("s"."recovers", FALSE) AS "recovers", COALESCE("b"."draw_balance", CAST(0 AS DECIMAL(38, 0))) AS "brought", COALESCE("b"."carried_out", CAST(0 AS DECIMAL(38, 0))) AS "carried_in", COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "guarantee", "s"."released" + COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "with_guarantee"
FROM "centify-kicker:sums" AS "s"
LEFT JOIN (SELECT "payee" AS "payee", CAST(SUM(CAST(CASE WHEN "name" = 'draw.balance' THEN "amount" ELSE 0 END AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "draw_balance", CAST(SUM(CAST(CASE WHEN "name" = 'carried' THEN "amount" ELSE 0 END AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "carried_out"
FROM "ledger_balances" AS "l"
WHERE "plan" = 'centify-kicker' AND "pay_period" = (SELECT MAX("pay_period") AS "column 0"
FROM "ledger_balances" AS "m"
WHERE "m"."plan" = 'centify-kicker')
GROUP BY "payee") AS "b" ON "b"."payee" = "s"."payee"
WHERE "s"."pay_period" = '2026-Q1') AS "a") AS "d") AS "r") AS "t";

-- the next step of centify-kicker:settled
INSERT INTO "centify-kicker:settled"
SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST("place" AS BIGINT) AS "place", "position" AS "position", CAST("earned" AS DECIMAL(38, 0)) AS "earned", CAST("released" AS DECIMAL(38, 0)) AS "released", CAST("guarantee" AS DECIMAL(38, 0)) AS "guarantee", CAST("draw_paid" AS DECIMAL(38, 0)) AS "draw_paid", CAST("draw_recovered" AS DECIMAL(38, 0)) AS "draw_recovered", CAST("draw_balance" AS DECIMAL(38, 0)) AS "draw_balance", CAST("carried_in" AS DECIMAL(38, 0)) AS "carried_in", CAST(CASE WHEN "total" < 0 AND "carries" THEN "total" ELSE CAST(0 AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "carried_out", CAST(CASE WHEN "total" < 0 AND "carries" THEN CAST(0 AS DECIMAL(38, 0)) ELSE "total" END AS DECIMAL(38, 0)) AS "payable", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("pay_places" AS INTEGER) AS "pay_places", CAST("active_days" AS DECIMAL(38, 0)) AS "active_days", "recovers" AND "ordinal" >= "recover_from" AND "brought" > 0 AND ("recover_share" IS NULL OR "recover_keeps" IS NULL) AS "recovery_missing"
FROM (SELECT *, "carried_in" + "with_guarantee" + CASE WHEN "draw_form" = 'in_advance' THEN CAST(0 AS DECIMAL(38, 0)) ELSE "draw_paid" END - "draw_recovered" AS "total", CASE WHEN "draw_form" = 'in_advance' OR "recovers" THEN "brought" + "draw_paid" - "draw_recovered" WHEN "draw_form" IN ('top_up', 'on_top') THEN CAST(0 AS DECIMAL(38, 0)) ELSE "brought" END AS "draw_balance"
FROM (SELECT *, CASE WHEN "draw_form" = 'in_advance' THEN COALESCE(GREATEST(COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))), COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))) WHEN "recovers" AND "ordinal" >= "recover_from" AND NOT "recover_share" IS NULL AND NOT "recover_keeps" IS NULL THEN COALESCE(LEAST("brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))), "brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))) ELSE CAST(0 AS DECIMAL(38, 0)) END AS "draw_recovered"
FROM (SELECT *, CASE WHEN "draw_amount" IS NULL THEN CAST(0 AS DECIMAL(38, 0)) WHEN "draw_form" = 'top_up' THEN COALESCE(GREATEST("draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))), "draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))) ELSE "draw_amount" END AS "draw_paid"
FROM (SELECT "s"."payee" AS "payee", "s"."pay_period" AS "pay_period", "s"."place" AS "place", "s"."position" AS "position", "s"."earned" AS "earned", "s"."released" AS "released", "s"."of_payee" AS "of_payee", "s"."period" AS "period", "s"."ordinal" AS "ordinal", "s"."guarantee_amount" AS "guarantee_amount", "s"."draw_amount" AS "draw_amount", "s"."recover_over" AS "recover_over", "s"."recover_share" AS "recover_share", "s"."recover_keeps" AS "recover_keeps", "s"."recover_from" AS "recover_from", "s"."pay_rate" AS "pay_rate", "s"."pay_places" AS "pay_places", "s"."guarantee_missing" AS "guarantee_missing", "s"."draw_missing" AS "draw_missing", "s"."carries_on" AS "carries_on", "s"."active_days" AS "active_days", "s"."pay_currency" AS "pay_currency", "s"."carries_on" AS "carries", COALESCE("s"."draw_form", '') AS "draw_form", COALESCE("s"."recovers", FALSE) AS "recovers", COALESCE("b"."draw_balance", CAST(0 AS DECIMAL(38, 0))) AS "brought", COALESCE("b"."carried_out", CAST(0 AS DECIMAL(38, 0))) AS "carried_in", COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "guarantee", "s"."released" + COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "with_guarantee"
FROM "centify-kicker:sums" AS "s"
LEFT JOIN (SELECT "payee" AS "payee", "draw_balance" AS "draw_balance", "carried_out" AS "carried_out"
FROM "centify-kicker:settled" AS "centify-kicker:settled"
WHERE "pay_period" = '2026-Q1') AS "b" ON "b"."payee" = "s"."payee"
WHERE "s"."pay_period" = '2026-Q2') AS "a") AS "d") AS "r") AS "t";

-- the next step of centify-kicker:settled
INSERT INTO "centify-kicker:settled"
SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST("place" AS BIGINT) AS "place", "position" AS "position", CAST("earned" AS DECIMAL(38, 0)) AS "earned", CAST("released" AS DECIMAL(38, 0)) AS "released", CAST("guarantee" AS DECIMAL(38, 0)) AS "guarantee", CAST("draw_paid" AS DECIMAL(38, 0)) AS "draw_paid", CAST("draw_recovered" AS DECIMAL(38, 0)) AS "draw_recovered", CAST("draw_balance" AS DECIMAL(38, 0)) AS "draw_balance", CAST("carried_in" AS DECIMAL(38, 0)) AS "carried_in", CAST(CASE WHEN "total" < 0 AND "carries" THEN "total" ELSE CAST(0 AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "carried_out", CAST(CASE WHEN "total" < 0 AND "carries" THEN CAST(0 AS DECIMAL(38, 0)) ELSE "total" END AS DECIMAL(38, 0)) AS "payable", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("pay_places" AS INTEGER) AS "pay_places", CAST("active_days" AS DECIMAL(38, 0)) AS "active_days", "recovers" AND "ordinal" >= "recover_from" AND "brought" > 0 AND ("recover_share" IS NULL OR "recover_keeps" IS NULL) AS "recovery_missing"
FROM (SELECT *, "carried_in" + "with_guarantee" + CASE WHEN "draw_form" = 'in_advance' THEN CAST(0 AS DECIMAL(38, 0)) ELSE "draw_paid" END - "draw_recovered" AS "total", CASE WHEN "draw_form" = 'in_advance' OR "recovers" THEN "brought" + "draw_paid" - "draw_recovered" WHEN "draw_form" IN ('top_up', 'on_top') THEN CAST(0 AS DECIMAL(38, 0)) ELSE "brought" END AS "draw_balance"
FROM (SELECT *, CASE WHEN "draw_form" = 'in_advance' THEN COALESCE(GREATEST(COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))), COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))) WHEN "recovers" AND "ordinal" >= "recover_from" AND NOT "recover_share" IS NULL AND NOT "recover_keeps" IS NULL THEN COALESCE(LEAST("brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))), "brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))) ELSE CAST(0 AS DECIMAL(38, 0)) END AS "draw_recovered"
FROM (SELECT *, CASE WHEN "draw_amount" IS NULL THEN CAST(0 AS DECIMAL(38, 0)) WHEN "draw_form" = 'top_up' THEN COALESCE(GREATEST("draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))), "draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))) ELSE "draw_amount" END AS "draw_paid"
FROM (SELECT "s"."payee" AS "payee", "s"."pay_period" AS "pay_period", "s"."place" AS "place", "s"."position" AS "position", "s"."earned" AS "earned", "s"."released" AS "released", "s"."of_payee" AS "of_payee", "s"."period" AS "period", "s"."ordinal" AS "ordinal", "s"."guarantee_amount" AS "guarantee_amount", "s"."draw_amount" AS "draw_amount", "s"."recover_over" AS "recover_over", "s"."recover_share" AS "recover_share", "s"."recover_keeps" AS "recover_keeps", "s"."recover_from" AS "recover_from", "s"."pay_rate" AS "pay_rate", "s"."pay_places" AS "pay_places", "s"."guarantee_missing" AS "guarantee_missing", "s"."draw_missing" AS "draw_missing", "s"."carries_on" AS "carries_on", "s"."active_days" AS "active_days", "s"."pay_currency" AS "pay_currency", "s"."carries_on" AS "carries", COALESCE("s"."draw_form", '') AS "draw_form", COALESCE("s"."recovers", FALSE) AS "recovers", COALESCE("b"."draw_balance", CAST(0 AS DECIMAL(38, 0))) AS "brought", COALESCE("b"."carried_out", CAST(0 AS DECIMAL(38, 0))) AS "carried_in", COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "guarantee", "s"."released" + COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "with_guarantee"
FROM "centify-kicker:sums" AS "s"
LEFT JOIN (SELECT "payee" AS "payee", "draw_balance" AS "draw_balance", "carried_out" AS "carried_out"
FROM "centify-kicker:settled" AS "centify-kicker:settled"
WHERE "pay_period" = '2026-Q2') AS "b" ON "b"."payee" = "s"."payee"
WHERE "s"."pay_period" = '2026-Q3') AS "a") AS "d") AS "r") AS "t";

-- what is paid
CREATE TABLE "centify-kicker:payments" AS
SELECT "q"."payee" AS "payee", "q"."pay_period" AS "pay_period", "q"."position" AS "position", CAST("q"."earned" AS DECIMAL(38, 0)) AS "earned", CAST("q"."released" AS DECIMAL(38, 0)) AS "released", CAST("q"."guarantee" AS DECIMAL(38, 0)) AS "guarantee", CAST("q"."draw_paid" AS DECIMAL(38, 0)) AS "draw_paid", CAST("q"."draw_recovered" AS DECIMAL(38, 0)) AS "draw_recovered", CAST("q"."draw_balance" AS DECIMAL(38, 0)) AS "draw_balance", CAST("q"."carried_in" AS DECIMAL(38, 0)) AS "carried_in", CAST("q"."carried_out" AS DECIMAL(38, 0)) AS "carried_out", CAST("q"."payable" AS DECIMAL(38, 0)) AS "payable", CAST("q"."pay_places" AS INTEGER) AS "pay_places", "q"."pay_currency" AS "pay_currency", CAST("q"."pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("q"."top" AS DECIMAL(38, 0)) AS "top", CAST(CASE WHEN "payable" = 0 THEN CAST(0 AS DECIMAL(38, 0)) WHEN "payable" < 0 THEN (-(CAST((CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "paid"
FROM (SELECT *, ABS("payable") * "pay_rate" * CASE COALESCE("pay_places", 2) WHEN 0 THEN CAST(1 AS DECIMAL(38, 0)) WHEN 2 THEN CAST(100 AS DECIMAL(38, 0)) WHEN 3 THEN CAST(1000 AS DECIMAL(38, 0)) WHEN 4 THEN CAST(10000 AS DECIMAL(38, 0)) END AS "top"
FROM (SELECT "payee" AS "payee", "pay_period" AS "pay_period", "position" AS "position", "earned" AS "earned", "released" AS "released", "guarantee" AS "guarantee", "draw_paid" AS "draw_paid", "draw_recovered" AS "draw_recovered", "draw_balance" AS "draw_balance", "carried_in" AS "carried_in", "carried_out" AS "carried_out", "payable" AS "payable", "pay_places" AS "pay_places", COALESCE("pay_currency", 'USD') AS "pay_currency", COALESCE("pay_rate", CASE WHEN COALESCE("pay_currency", 'USD') = 'USD' THEN CAST(1000000000000 AS DECIMAL(38, 0)) END) AS "pay_rate"
FROM "centify-kicker:settled" AS "centify-kicker:settled"
WHERE "earned" <> 0 OR "released" <> 0 OR "guarantee" <> 0 OR "draw_paid" <> 0 OR "draw_recovered" <> 0 OR "draw_balance" <> 0 OR "carried_in" <> 0 OR "carried_out" <> 0 OR COALESCE("active_days", 0) > 0) AS "p") AS "q";

-- all credits
CREATE VIEW "credits" AS
SELECT '' AS "plan", '' AS "version", '' AS "credit_set", '' AS "event_type", '' AS "event", CAST(0 AS INTEGER) AS "rule", '' AS "role", CAST(0 AS INTEGER) AS "level", '' AS "payee", '' AS "position", '' AS "via", '' AS "credit", CAST(NULL AS DATE) AS "credited_on", CAST(CAST(0 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "share", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "share_over", CAST(CAST(0 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", '' AS "currency"
WHERE FALSE;

-- all booked lines
CREATE VIEW "lines" AS
SELECT (COALESCE('centify-kicker/', '') || COALESCE("component", '') || COALESCE('/', '') || COALESCE("payee", '') || COALESCE('/', '') || COALESCE("source", '') || COALESCE('/', '') || COALESCE("earning_period", '') || COALESCE(CASE WHEN "kind" = 'difference' THEN ('+' || "pay_period") ELSE '' END, '')) AS "line", 'centify-kicker' AS "plan", "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "earning_period" AS "earning_period", "pay_period" AS "pay_period", CAST(CAST("amount" AS BIGINT) AS BIGINT) AS "amount", CAST(CAST("computed" AS BIGINT) AS BIGINT) AS "computed", 'USD' AS "currency", "note" AS "note"
FROM "centify-kicker:booked" AS "centify-kicker:booked";

-- all releases
CREATE VIEW "releases" AS
SELECT 'centify-kicker' AS "plan", "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", CAST(CAST("part" AS BIGINT) AS BIGINT) AS "part", "due_on" AS "due_on", "pay_period" AS "pay_period", CAST(CAST("amount" AS BIGINT) AS BIGINT) AS "amount", 'USD' AS "currency", "state" AS "state", "reason" AS "reason"
FROM "centify-kicker:releases" AS "centify-kicker:releases";

-- all payments
CREATE VIEW "payments" AS
SELECT 'centify-kicker' AS "plan", "payee" AS "payee", "pay_period" AS "pay_period", "position" AS "position", CAST(CAST("earned" AS BIGINT) AS BIGINT) AS "earned", CAST(CAST("released" AS BIGINT) AS BIGINT) AS "released", CAST(CAST("guarantee" AS BIGINT) AS BIGINT) AS "guarantee", CAST(CAST("draw_paid" AS BIGINT) AS BIGINT) AS "draw_paid", CAST(CAST("draw_recovered" AS BIGINT) AS BIGINT) AS "draw_recovered", CAST(CAST("draw_balance" AS BIGINT) AS BIGINT) AS "draw_balance", CAST(CAST("carried_in" AS BIGINT) AS BIGINT) AS "carried_in", CAST(CAST("carried_out" AS BIGINT) AS BIGINT) AS "carried_out", CAST(CAST("payable" AS BIGINT) AS BIGINT) AS "payable", 'USD' AS "currency", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST(CAST(1000000000000 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "pay_rate_over", CAST(CAST("paid" AS BIGINT) AS BIGINT) AS "paid"
FROM "centify-kicker:payments" AS "centify-kicker:payments";

-- events without credit
CREATE TABLE "uncredited" AS
SELECT '' AS "event_type", '' AS "event", CAST(NULL AS DATE) AS "date", CAST(CAST(0 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", '' AS "currency", '' AS "reason"
WHERE FALSE;

-- what was left out, and why
CREATE TABLE "exceptions" AS
SELECT DISTINCT "e"."plan" AS "plan", "e"."component" AS "component", "e"."event_type" AS "event_type", "e"."event" AS "event", "e"."payee" AS "payee", "e"."period" AS "period", CAST("e"."amount" AS DECIMAL(38, 0)) AS "amount", CAST("e"."amount_over" AS DECIMAL(38, 0)) AS "amount_over", "e"."currency" AS "currency", "e"."reason" AS "reason", "e"."code" AS "code"
FROM (SELECT 'centify-kicker' AS "plan", "component" AS "component", "event_type" AS "event_type", "event" AS "event", "payee" AS "payee", "period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the result is missing: a quota, input or parameter is not there' AS "reason", 'held' AS "code"
FROM "centify-kicker:lines" AS "centify-kicker:lines"
WHERE "amount" IS NULL AND "component" = 'kicker'
UNION ALL SELECT 'centify-kicker' AS "plan", 'settlement.guarantee' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the amount of the guarantee is missing' AS "reason", 'held' AS "code"
FROM "centify-kicker:sums" AS "centify-kicker:sums"
WHERE "guarantee_missing"
UNION ALL SELECT 'centify-kicker' AS "plan", 'settlement.draw' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the amount of the draw is missing' AS "reason", 'held' AS "code"
FROM "centify-kicker:sums" AS "centify-kicker:sums"
WHERE "draw_missing"
UNION ALL SELECT 'centify-kicker' AS "plan", 'settlement.draw' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'what is taken back of the draw is missing' AS "reason", 'held' AS "code"
FROM "centify-kicker:settled" AS "centify-kicker:settled"
WHERE "recovery_missing"
UNION ALL SELECT 'centify-kicker' AS "plan", '' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(SUM("amount") AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the seat is vacant: its lines are not paid' AS "reason", 'vacant' AS "code"
FROM "centify-kicker:booked" AS "centify-kicker:booked"
WHERE STARTS_WITH("payee", 'vacant:')
GROUP BY "payee", "pay_period"
HAVING SUM("amount") <> 0
UNION ALL SELECT 'centify-kicker' AS "plan", "component" AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST("amount" AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(10000 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", "currency" AS "currency", 'the adjustment is in another currency than the plan' AS "reason", 'rate_missing' AS "code"
FROM "adjustments" AS "adjustments"
WHERE "plan" = 'centify-kicker' AND "currency" <> 'USD'
UNION ALL SELECT 'centify-kicker' AS "plan", '' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST("payable" AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", ('no rate of exchange into ' || "pay_currency") AS "reason", 'pay_rate_missing' AS "code"
FROM "centify-kicker:payments" AS "centify-kicker:payments"
WHERE "paid" IS NULL) AS "e";
