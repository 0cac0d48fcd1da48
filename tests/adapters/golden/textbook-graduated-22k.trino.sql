-- textbook-graduated-22k, for trino: generated, not run.
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

-- every orders with its date and amount
CREATE VIEW "textbook-graduated-22k:0:all:sales" AS
WITH "layer1" AS (SELECT *
FROM "f:orders" AS "f:orders"),
"layer2" AS (SELECT *, "id" AS "@event", "order_date" AS "@date", TRUE AS "@passes", "currency" AS "@currency", CAST("amount" AS DECIMAL(38, 0)) AS "va$1"
FROM "layer1" AS "p"),
"layer3" AS (SELECT *, "va$1" AS "@stated", CASE WHEN NOT ("currency" <> 'USD') THEN "va$1" ELSE CAST(NULL AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0)) END AS "@amount:amount"
FROM "layer2" AS "p") SELECT "p"."id" AS "id", "p"."order_date" AS "order_date", "p"."owner" AS "owner", "p"."product" AS "product", CAST("p"."quantity" AS DECIMAL(38, 0)) AS "quantity", CAST("p"."discount" AS DECIMAL(38, 0)) AS "discount", CAST("p"."amount" AS DECIMAL(38, 0)) AS "amount", "p"."currency" AS "currency", "p"."reverses" AS "reverses", "p"."_batch" AS "_batch", CAST("p"."_row" AS BIGINT) AS "_row", "p"."@event" AS "@event", "p"."@date" AS "@date", "p"."@passes" AS "@passes", "p"."@currency" AS "@currency", CAST("p"."va$1" AS DECIMAL(38, 0)) AS "va$1", CAST("p"."@stated" AS DECIMAL(38, 0)) AS "@stated", CAST("p"."@amount:amount" AS DECIMAL(38, 0)) AS "@amount:amount"
FROM "layer3" AS "p";

-- orders that count for sales
CREATE TABLE "textbook-graduated-22k:0:events:sales" AS
WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:all:sales" AS "textbook-graduated-22k:0:all:sales"),
"layer2" AS (SELECT "p".*, "r"."@reverses" AS "@reverses", "r"."@original_date" AS "@original_date", "r"."@original_amount" AS "@original_amount"
FROM "layer1" AS "p"
LEFT JOIN (SELECT "@event" AS "je$1.@event", "@event" AS "@reverses", "@date" AS "@original_date", "@stated" AS "@original_amount"
FROM (SELECT *
FROM "textbook-graduated-22k:0:all:sales" AS "textbook-graduated-22k:0:all:sales"
WHERE "@event" IN (SELECT "reverses" AS "reverses"
FROM "f:orders" AS "f:orders"
WHERE NOT "reverses" IS NULL)) AS "o") AS "r" ON ("reverses") = "je$1.@event"),
"layer3" AS (SELECT *, COALESCE("@original_date", "@date") AS "@recipient"
FROM "layer2" AS "p"),
"layer4" AS (SELECT *
FROM "layer3" AS "p"
WHERE "@passes" AND ("@date" IS NULL OR ("@date" >= CAST('2026-01-01' AS DATE) AND "@date" < CAST('2026-02-01' AS DATE)))) SELECT "p"."id" AS "id", "p"."order_date" AS "order_date", "p"."owner" AS "owner", "p"."product" AS "product", CAST("p"."quantity" AS DECIMAL(38, 0)) AS "quantity", CAST("p"."discount" AS DECIMAL(38, 0)) AS "discount", CAST("p"."amount" AS DECIMAL(38, 0)) AS "amount", "p"."currency" AS "currency", "p"."reverses" AS "reverses", "p"."_batch" AS "_batch", CAST("p"."_row" AS BIGINT) AS "_row", "p"."@event" AS "@event", "p"."@date" AS "@date", "p"."@passes" AS "@passes", "p"."@currency" AS "@currency", CAST("p"."va$1" AS DECIMAL(38, 0)) AS "va$1", CAST("p"."@stated" AS DECIMAL(38, 0)) AS "@stated", CAST("p"."@amount:amount" AS DECIMAL(38, 0)) AS "@amount:amount", "p"."@reverses" AS "@reverses", "p"."@original_date" AS "@original_date", CAST("p"."@original_amount" AS DECIMAL(38, 0)) AS "@original_amount", "p"."@recipient" AS "@recipient"
FROM "layer4" AS "p";

-- sales as `to` reads it
CREATE TABLE "textbook-graduated-22k:0:read:sales" AS
SELECT "@event" AS "@event", "@date" AS "@date", "@recipient" AS "@recipient", "@date" AS "e.@date", "@reverses" AS "e.@reverses", "@original_date" AS "e.@original_date", CAST("@original_amount" AS DECIMAL(38, 0)) AS "e.@original_amount", CAST("@amount:amount" AS DECIMAL(38, 0)) AS "e.@amount:amount", CASE WHEN NOT "@reverses" IS NULL THEN "o.id" ELSE "id" END AS "id", CASE WHEN NOT "@reverses" IS NULL THEN "o.order_date" ELSE "order_date" END AS "order_date", CASE WHEN NOT "@reverses" IS NULL THEN "o.owner" ELSE "owner" END AS "owner", CASE WHEN NOT "@reverses" IS NULL THEN "o.product" ELSE "product" END AS "product", CAST(CASE WHEN NOT "@reverses" IS NULL THEN "o.quantity" ELSE "quantity" END AS DECIMAL(38, 0)) AS "quantity", CAST(CASE WHEN NOT "@reverses" IS NULL THEN "o.discount" ELSE "discount" END AS DECIMAL(38, 0)) AS "discount", CAST(CASE WHEN NOT "@reverses" IS NULL THEN "o.amount" ELSE "amount" END AS DECIMAL(38, 0)) AS "amount", CASE WHEN NOT "@reverses" IS NULL THEN "o.currency" ELSE "currency" END AS "currency", CASE WHEN NOT "@reverses" IS NULL THEN "o.reverses" ELSE "reverses" END AS "reverses", COALESCE("@reverses", "@event") AS "@read"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:events:sales" AS "textbook-graduated-22k:0:events:sales"),
"layer2" AS (SELECT "p".*, "r"."o.id" AS "o.id", "r"."o.order_date" AS "o.order_date", "r"."o.owner" AS "o.owner", "r"."o.product" AS "o.product", "r"."o.quantity" AS "o.quantity", "r"."o.discount" AS "o.discount", "r"."o.amount" AS "o.amount", "r"."o.currency" AS "o.currency", "r"."o.reverses" AS "o.reverses"
FROM "layer1" AS "p"
LEFT JOIN (SELECT "id" AS "jr$1.id", "id" AS "o.id", "order_date" AS "o.order_date", "owner" AS "o.owner", "product" AS "o.product", "quantity" AS "o.quantity", "discount" AS "o.discount", "amount" AS "o.amount", "currency" AS "o.currency", "reverses" AS "o.reverses"
FROM (SELECT *
FROM "f:orders" AS "f:orders"
WHERE "id" IN (SELECT "@reverses" AS "@reverses"
FROM "textbook-graduated-22k:0:events:sales" AS "textbook-graduated-22k:0:events:sales"
WHERE NOT "@reverses" IS NULL)) AS "q") AS "r" ON ("@reverses") = "jr$1.id") SELECT *
FROM "layer2" AS "p") AS "q";

-- direct recipients of sales
CREATE TABLE "textbook-graduated-22k:0:direct:sales" AS
SELECT "@event" AS "@event", "@recipient" AS "@recipient", CAST("@rule" AS INTEGER) AS "@rule", "@role" AS "@role", CAST("@level" AS INTEGER) AS "@level", "@direct" AS "@direct", "@ref" AS "@ref", "@via" AS "@via", CAST("@share" AS DECIMAL(38, 0)) AS "@share", "@payee" AS "@payee", "@position" AS "@position", "e.@date" AS "e.@date", "e.@reverses" AS "e.@reverses", "e.@original_date" AS "e.@original_date", CAST("e.@original_amount" AS DECIMAL(38, 0)) AS "e.@original_amount", CAST("e.@amount:amount" AS DECIMAL(38, 0)) AS "e.@amount:amount"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:read:sales" AS "textbook-graduated-22k:0:read:sales"),
"layer2" AS (SELECT *, "owner" AS "@ref", 1 AS "@rule", '' AS "@role", 0 AS "@level", TRUE AS "@direct", '' AS "@via"
FROM "layer1" AS "p"),
"layer3" AS (SELECT *
FROM "layer2" AS "p"
WHERE NOT "@ref" IS NULL),
"layer4" AS (SELECT "p".*, "r"."@held_from" AS "@held_from", "r"."@held_to" AS "@held_to", "r"."@payee" AS "@payee", "r"."@position" AS "@position", "r"."@title" AS "@title", "r"."@territory" AS "@territory", "r"."@unit" AS "@unit"
FROM "layer3" AS "p"
LEFT JOIN (SELECT "ref" AS "j$1.ref", "valid_from" AS "@held_from", "valid_to" AS "@held_to", "payee" AS "@payee", "position" AS "@position", "title" AS "@title", "territory" AS "@territory", "unit" AS "@unit"
FROM "holders" AS "holders") AS "r" ON ("@ref") = "j$1.ref" AND "@held_from" <= "@recipient" AND "@recipient" < "@held_to"),
"layer5" AS (SELECT *
FROM "layer4" AS "p"
WHERE NOT (CAST(1 AS DECIMAL(38, 0)) IS NULL)),
"layer6" AS (SELECT *, CAST(1 AS DECIMAL(38, 0)) AS "@share"
FROM "layer5" AS "p") SELECT *
FROM "layer6" AS "p") AS "q";

-- events with several direct parts
CREATE TABLE "textbook-graduated-22k:0:several:sales" AS
SELECT "@event" AS "@event"
FROM "textbook-graduated-22k:0:direct:sales" AS "textbook-graduated-22k:0:direct:sales"
GROUP BY "@event"
HAVING COUNT(*) > 1;

-- parts of sales that share an event
CREATE TABLE "textbook-graduated-22k:0:split:sales" AS
SELECT "@event" AS "@event", CAST("@rule" AS INTEGER) AS "@rule", "@ref" AS "@ref", "@via" AS "@via", "@position" AS "@position", CAST(("whole$8" + (CASE WHEN "turn$10" <= "missing$9" THEN CAST(1 AS DECIMAL(38, 0)) ELSE CAST(0 AS DECIMAL(38, 0)) END)) * "direction$5" * CASE WHEN CAST("@amount:amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN CAST((-1) AS DECIMAL(38, 0)) ELSE CAST(1 AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "@amount:amount"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:direct:sales" AS "textbook-graduated-22k:0:direct:sales"),
"layer2" AS (SELECT "p".*, "r"."several" AS "several"
FROM "layer1" AS "p"
LEFT JOIN (SELECT "@event" AS "j$1.@event", "@event" AS "several"
FROM "textbook-graduated-22k:0:several:sales" AS "textbook-graduated-22k:0:several:sales") AS "r" ON ("@event") = "j$1.@event"),
"layer3" AS (SELECT *
FROM "layer2" AS "p"
WHERE NOT "several" IS NULL),
"layer4" AS (SELECT "p".*, "r"."@amount:amount" AS "@amount:amount"
FROM "layer3" AS "p"
LEFT JOIN (SELECT "@event" AS "j$2.@event", "@amount:amount" AS "@amount:amount"
FROM "textbook-graduated-22k:0:events:sales" AS "textbook-graduated-22k:0:events:sales") AS "r" ON ("@event") = "j$2.@event"),
"layer5" AS (SELECT *, ABS(CAST("@amount:amount" AS DECIMAL(38, 0))) * "@share" AS "own$3"
FROM "layer4" AS "p"),
"layer6" AS (SELECT *, SUM("own$3") OVER (PARTITION BY "@event") AS "total$4"
FROM "layer5" AS "p"),
"layer7" AS (SELECT *, CASE WHEN "total$4" < CAST(0 AS DECIMAL(38, 0)) THEN CAST((-1) AS DECIMAL(38, 0)) ELSE CAST(1 AS DECIMAL(38, 0)) END AS "direction$5"
FROM "layer6" AS "p"),
"layer8" AS (SELECT *, "own$3" * "direction$5" AS "part$6"
FROM "layer7" AS "p"),
"layer9" AS (SELECT *, ((((("part$6" % CAST(1 AS DECIMAL(38, 0)))) + CAST(1 AS DECIMAL(38, 0)))) % CAST(1 AS DECIMAL(38, 0))) AS "rest$7"
FROM "layer8" AS "p"),
"layer10" AS (SELECT *, CAST((CAST(("part$6" - "rest$7") AS DECIMAL(38, 0)) - CAST(("part$6" - "rest$7") AS DECIMAL(38, 0)) % CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0))) / CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "whole$8"
FROM "layer9" AS "p"),
"layer11" AS (SELECT *, (("total$4" * "direction$5")) - (SUM("whole$8") OVER (PARTITION BY "@event")) AS "missing$9", CAST(ROW_NUMBER() OVER (PARTITION BY "@event" ORDER BY "rest$7" DESC NULLS LAST, "@rule" NULLS LAST, COALESCE("@payee", ('?' || "@ref")) NULLS LAST, "@via" NULLS LAST) AS BIGINT) AS "turn$10"
FROM "layer10" AS "p") SELECT *
FROM "layer11" AS "p") AS "s";

-- everybody named by sales
CREATE VIEW "textbook-graduated-22k:0:recipients:sales" AS
SELECT "@event" AS "@event", "@recipient" AS "@recipient", CAST("@rule" AS INTEGER) AS "@rule", "@role" AS "@role", CAST("@level" AS INTEGER) AS "@level", "@direct" AS "@direct", "@ref" AS "@ref", "@via" AS "@via", CAST("@share" AS DECIMAL(38, 0)) AS "@share", "@payee" AS "@payee", "@position" AS "@position", "e.@date" AS "e.@date", "e.@reverses" AS "e.@reverses", "e.@original_date" AS "e.@original_date", CAST("e.@original_amount" AS DECIMAL(38, 0)) AS "e.@original_amount", CAST("e.@amount:amount" AS DECIMAL(38, 0)) AS "e.@amount:amount", CAST("split:amount" AS DECIMAL(38, 0)) AS "split:amount"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:direct:sales" AS "textbook-graduated-22k:0:direct:sales"),
"layer2" AS (SELECT "p".*, "r"."split:amount" AS "split:amount"
FROM "layer1" AS "p"
LEFT JOIN (SELECT "@event" AS "j$1.@event", "@rule" AS "j$1.@rule", "@ref" AS "j$1.@ref", "@via" AS "j$1.@via", "@position" AS "j$1.@position", "@amount:amount" AS "split:amount"
FROM "textbook-graduated-22k:0:split:sales" AS "textbook-graduated-22k:0:split:sales") AS "r" ON ("@event") = "j$1.@event" AND ("@rule") = "j$1.@rule" AND ("@ref") = "j$1.@ref" AND ("@via") = "j$1.@via" AND ("@position") = "j$1.@position") SELECT *
FROM "layer2" AS "p") AS "q";

-- who is on the plan, from when to when
CREATE TABLE "textbook-graduated-22k:members" AS
SELECT "position" AS "position", "payee" AS "payee", "person" AS "person", "title" AS "title", "territory" AS "territory", "unit" AS "unit", "person.name" AS "person.name", "person.country" AS "person.country", "person.currency" AS "person.currency", "person.kind" AS "person.kind", "person.hired_on" AS "person.hired_on", "person.left_on" AS "person.left_on", CASE WHEN "valid_from" IS NULL OR CAST('2026-01-01' AS DATE) IS NULL THEN NULL ELSE COALESCE(GREATEST("valid_from", CAST('2026-01-01' AS DATE)), "valid_from", CAST('2026-01-01' AS DATE)) END AS "valid_from", CASE WHEN "valid_to" IS NULL OR CAST('9999-12-31' AS DATE) IS NULL THEN NULL ELSE COALESCE(LEAST("valid_to", CAST('9999-12-31' AS DATE)), "valid_to", CAST('9999-12-31' AS DATE)) END AS "valid_to", CAST(0 AS INTEGER) AS "version"
FROM (WITH "layer1" AS (SELECT "seat"."position" AS "position", "seat"."payee" AS "payee", "seat"."person" AS "person", "seat"."title" AS "title", "seat"."territory" AS "territory", "seat"."unit" AS "unit", "seat"."valid_from" AS "valid_from", "seat"."valid_to" AS "valid_to", "who"."name" AS "person.name", "who"."country" AS "person.country", "who"."currency" AS "person.currency", "who"."kind" AS "person.kind", "who"."hired_on" AS "person.hired_on", "who"."left_on" AS "person.left_on"
FROM "seats" AS "seat"
LEFT JOIN "people" AS "who" ON "who"."person" = "seat"."person"),
"layer2" AS (SELECT *
FROM "layer1" AS "p"
WHERE TRUE) SELECT *
FROM "layer2" AS "p") AS "m"
WHERE CASE WHEN "valid_from" IS NULL OR CAST('2026-01-01' AS DATE) IS NULL THEN NULL ELSE COALESCE(GREATEST("valid_from", CAST('2026-01-01' AS DATE)), "valid_from", CAST('2026-01-01' AS DATE)) END < CASE WHEN "valid_to" IS NULL OR CAST('9999-12-31' AS DATE) IS NULL THEN NULL ELSE COALESCE(LEAST("valid_to", CAST('9999-12-31' AS DATE)), "valid_to", CAST('9999-12-31' AS DATE)) END;

-- credits of sales in this version
CREATE TABLE "textbook-graduated-22k:0:credits:sales" AS
SELECT "@event" AS "@event", CAST("@rule" AS INTEGER) AS "@rule", "@role" AS "@role", CAST("@level" AS INTEGER) AS "@level", "@direct" AS "@direct", "@payee" AS "@payee", "@position" AS "@position", "@held" AS "@held", "@seated" AS "@seated", "@person" AS "@person", "@title" AS "@title", "@territory" AS "@territory", "@unit" AS "@unit", "@via" AS "@via", CAST("@share" AS DECIMAL(38, 0)) AS "@share", "@date" AS "@date", "@recipient" AS "@recipient", "@reverses" AS "@reverses", "@original_date" AS "@original_date", CAST("@original_amount" AS DECIMAL(38, 0)) AS "@original_amount", CAST("@amount:amount" AS DECIMAL(38, 0)) AS "@amount:amount"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:recipients:sales" AS "textbook-graduated-22k:0:recipients:sales"),
"layer2" AS (SELECT *
FROM "layer1" AS "p"
WHERE (NOT "e.@date" IS NULL) AND (NOT "e.@amount:amount" IS NULL) AND (NOT "@share" IS NULL) AND (NOT "@payee" IS NULL)),
"layer3" AS (SELECT *
FROM "layer2" AS "p"
WHERE "e.@reverses" IS NULL),
"layer4" AS (SELECT "p".*, "r"."@member_from" AS "@member_from", "r"."@member_to" AS "@member_to", "r"."@person_on_plan" AS "@person_on_plan", "r"."@person" AS "@person", "r"."member.title" AS "member.title", "r"."member.territory" AS "member.territory", "r"."member.unit" AS "member.unit"
FROM "layer3" AS "p"
LEFT JOIN (SELECT "payee" AS "j$1.payee", "position" AS "j$1.position", "valid_from" AS "@member_from", "valid_to" AS "@member_to", "payee" AS "@person_on_plan", "person" AS "@person", "title" AS "member.title", "territory" AS "member.territory", "unit" AS "member.unit"
FROM "textbook-graduated-22k:members" AS "textbook-graduated-22k:members") AS "r" ON ("@payee") = "j$1.payee" AND ("@position") = "j$1.position" AND "@member_from" <= "@recipient" AND "@recipient" < "@member_to"),
"layer5" AS (SELECT *
FROM "layer4" AS "p"
WHERE NOT "@person_on_plan" IS NULL),
"layer6" AS (SELECT *, "e.@date" AS "@date", "e.@reverses" AS "@reverses", "e.@original_date" AS "@original_date", "e.@original_amount" AS "@original_amount", "@position" AS "@seated", "@position" AS "@held", "member.title" AS "@title", "member.territory" AS "@territory", "member.unit" AS "@unit", ABS(CAST("e.@amount:amount" AS DECIMAL(38, 0))) * ("@share") AS "part$2"
FROM "layer5" AS "p"),
"layer7" AS (SELECT *, COALESCE("split:amount", ("part$2") * CASE WHEN CAST("e.@amount:amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN CAST((-1) AS DECIMAL(38, 0)) ELSE CAST(1 AS DECIMAL(38, 0)) END) AS "v$3"
FROM "layer6" AS "p"),
"layer8" AS (SELECT *, "v$3" AS "@amount:amount"
FROM "layer7" AS "p") SELECT *
FROM "layer8" AS "p") AS "c";

-- the next step of textbook-graduated-22k:0:credits:sales
INSERT INTO "textbook-graduated-22k:0:credits:sales"
SELECT "@event" AS "@event", CAST("@rule" AS INTEGER) AS "@rule", "@role" AS "@role", CAST("@level" AS INTEGER) AS "@level", "@direct" AS "@direct", "@payee" AS "@payee", "@position" AS "@position", "@held" AS "@held", "@seated" AS "@seated", "@person" AS "@person", "@title" AS "@title", "@territory" AS "@territory", "@unit" AS "@unit", "@via" AS "@via", CAST("@share" AS DECIMAL(38, 0)) AS "@share", "@date" AS "@date", "@recipient" AS "@recipient", "@reverses" AS "@reverses", "@original_date" AS "@original_date", CAST("@original_amount" AS DECIMAL(38, 0)) AS "@original_amount", CAST("@amount:amount" AS DECIMAL(38, 0)) AS "@amount:amount"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:0:recipients:sales" AS "textbook-graduated-22k:0:recipients:sales"),
"layer2" AS (SELECT *
FROM "layer1" AS "p"
WHERE (NOT "e.@date" IS NULL) AND (NOT "e.@amount:amount" IS NULL) AND (NOT "@share" IS NULL) AND (NOT "@payee" IS NULL)),
"layer3" AS (SELECT *
FROM "layer2" AS "p"
WHERE NOT "e.@reverses" IS NULL),
"layer4" AS (SELECT "p".*, "r"."@member_from" AS "@member_from", "r"."@member_to" AS "@member_to", "r"."@person_on_plan" AS "@person_on_plan", "r"."@person" AS "@person", "r"."member.title" AS "member.title", "r"."member.territory" AS "member.territory", "r"."member.unit" AS "member.unit"
FROM "layer3" AS "p"
LEFT JOIN (SELECT "payee" AS "j$1.payee", "position" AS "j$1.position", "valid_from" AS "@member_from", "valid_to" AS "@member_to", "payee" AS "@person_on_plan", "person" AS "@person", "title" AS "member.title", "territory" AS "member.territory", "unit" AS "member.unit"
FROM "textbook-graduated-22k:members" AS "textbook-graduated-22k:members") AS "r" ON ("@payee") = "j$1.payee" AND ("@position") = "j$1.position" AND "@member_from" <= "@recipient" AND "@recipient" < "@member_to"),
"layer5" AS (SELECT *
FROM "layer4" AS "p"
WHERE NOT "@person_on_plan" IS NULL),
"layer6" AS (SELECT *, "e.@date" AS "@date", "e.@reverses" AS "@reverses", "e.@original_date" AS "@original_date", "e.@original_amount" AS "@original_amount"
FROM "layer5" AS "p"),
"layer7" AS (SELECT "p".*, "r"."held.position" AS "held.position", "r"."held.from" AS "held.from", "r"."held.to" AS "held.to"
FROM "layer6" AS "p"
LEFT JOIN (SELECT "payee" AS "j$2.payee", "position" AS "held.position", "valid_from" AS "held.from", "valid_to" AS "held.to"
FROM "seats" AS "seats") AS "r" ON ("@payee") = "j$2.payee" AND "held.from" <= "@date" AND "@date" < "held.to"),
"layer8" AS (SELECT *, CASE WHEN STARTS_WITH("@payee", 'vacant:') THEN "@position" ELSE "held.position" END AS "@seated"
FROM "layer7" AS "p"),
"layer9" AS (SELECT *, COALESCE("@seated", "@position") AS "@held"
FROM "layer8" AS "p"),
"layer10" AS (SELECT "p".*, "r"."seat.from" AS "seat.from", "r"."seat.to" AS "seat.to", "r"."@title" AS "@title", "r"."@territory" AS "@territory", "r"."@unit" AS "@unit"
FROM "layer9" AS "p"
LEFT JOIN (SELECT "position" AS "j$3.position", "valid_from" AS "seat.from", "valid_to" AS "seat.to", "title" AS "@title", "territory" AS "@territory", "unit" AS "@unit"
FROM "positions" AS "positions") AS "r" ON ("@held") = "j$3.position" AND "seat.from" <= "@date" AND "@date" < "seat.to"),
"layer11" AS (SELECT *, ABS(CAST("e.@amount:amount" AS DECIMAL(38, 0))) * ("@share") AS "part$4"
FROM "layer10" AS "p"),
"layer12" AS (SELECT *, COALESCE("split:amount", ("part$4") * CASE WHEN CAST("e.@amount:amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN CAST((-1) AS DECIMAL(38, 0)) ELSE CAST(1 AS DECIMAL(38, 0)) END) AS "v$5"
FROM "layer11" AS "p"),
"layer13" AS (SELECT *, "v$5" AS "@amount:amount"
FROM "layer12" AS "p") SELECT *
FROM "layer13" AS "p") AS "c";

-- credits of sales
CREATE VIEW "textbook-graduated-22k:credits:sales" AS
SELECT "@event" AS "@event", CAST("@rule" AS INTEGER) AS "@rule", "@role" AS "@role", CAST("@level" AS INTEGER) AS "@level", "@direct" AS "@direct", "@payee" AS "@payee", "@position" AS "@position", "@held" AS "@held", "@seated" AS "@seated", "@person" AS "@person", "@title" AS "@title", "@territory" AS "@territory", "@unit" AS "@unit", "@via" AS "@via", CAST("@share" AS DECIMAL(38, 0)) AS "@share", "@date" AS "@date", "@recipient" AS "@recipient", "@reverses" AS "@reverses", "@original_date" AS "@original_date", CAST("@original_amount" AS DECIMAL(38, 0)) AS "@original_amount", CASE WHEN "@rule" = 1 AND "@level" = 0 AND "@via" = '' THEN "@event" ELSE (COALESCE("@event", '') || COALESCE('~', '') || COALESCE(CAST("@rule" AS VARCHAR), '') || COALESCE('.', '') || COALESCE(CAST("@level" AS VARCHAR), '') || COALESCE(CASE WHEN "@via" = '' THEN '' ELSE ('/' || "@via") END, '')) END AS "@credit", CAST(0 AS INTEGER) AS "@version", CAST(1 AS INTEGER) AS "@share_over", CAST("@amount:amount" AS DECIMAL(38, 0)) AS "@amount:amount"
FROM "textbook-graduated-22k:0:credits:sales" AS "textbook-graduated-22k:0:credits:sales";

-- payees and their month periods
CREATE TABLE "textbook-graduated-22k:rows:month" AS
WITH "active" AS (SELECT "m"."payee" AS "payee", "p"."place" AS "place", SUM(CAST(CAST(DATE_DIFF('day', COALESCE(GREATEST("m"."valid_from", "p"."start"), "m"."valid_from", "p"."start"), COALESCE(LEAST("m"."valid_to", "p"."end"), "m"."valid_to", "p"."end")) AS BIGINT) AS DECIMAL(38, 0))) AS "active_days"
FROM "textbook-graduated-22k:members" AS "m"
INNER JOIN "periods:gregorian:month" AS "p" ON "m"."valid_from" < "p"."end" AND "p"."start" < "m"."valid_to" AND "p"."start" < CAST('2026-02-01' AS DATE)
GROUP BY "m"."payee", "p"."place"), "credited" AS (SELECT DISTINCT "c"."@payee" AS "payee", "p"."place" AS "place"
FROM "textbook-graduated-22k:credits:sales" AS "c"
INNER JOIN "days:gregorian" AS "d" ON "d"."day" = "c"."@date"
INNER JOIN "periods:gregorian:month" AS "p" ON "p"."period" = "d"."month"), "spans" AS (SELECT "payee" AS "payee", MIN("place") AS "first_place"
FROM (SELECT "payee" AS "payee", CAST("place" AS BIGINT) AS "place"
FROM "active" AS "active" UNION SELECT "payee" AS "payee", CAST("place" AS BIGINT) AS "place"
FROM "credited" AS "credited") AS "unnamed 0"
GROUP BY "payee"), "dense" AS (SELECT "s"."payee" AS "payee", "p".*, "p"."place" - "s"."first_place" + 1 AS "ordinal"
FROM "spans" AS "s"
INNER JOIN "periods:gregorian:month" AS "p" ON "p"."place" >= "s"."first_place" AND "p"."start" < CAST('2026-02-01' AS DATE)), "seated" AS (SELECT *, COALESCE(LEAD("valid_from") OVER (PARTITION BY "payee" ORDER BY "valid_from" NULLS LAST, "position" DESC NULLS LAST), CAST('9999-12-31' AS DATE)) AS "followed_on"
FROM "textbook-graduated-22k:members" AS "textbook-graduated-22k:members") SELECT "d"."payee" AS "payee", "d"."period" AS "period", "d"."start" AS "start", "d"."end" AS "end", CAST("d"."place" AS BIGINT) AS "place", CAST("d"."number" AS BIGINT) AS "number", CAST("d"."days" AS BIGINT) AS "days", CAST("d"."month" AS BIGINT) AS "month", CAST("d"."quarter" AS BIGINT) AS "quarter", CAST("d"."year" AS BIGINT) AS "year", "d"."in_week" AS "in_week", "d"."in_month" AS "in_month", "d"."in_quarter" AS "in_quarter", "d"."in_half" AS "in_half", "d"."in_year" AS "in_year", CAST(COALESCE("a"."active_days", 0) AS DECIMAL(38, 0)) AS "active_days", (NOT "a"."active_days" IS NULL OR NOT "c"."place" IS NULL) AS "present", CAST("d"."ordinal" AS BIGINT) AS "ordinal", "s"."position" AS "position", "s"."person" AS "person", "s"."title" AS "title", "s"."territory" AS "territory", "s"."unit" AS "unit", "s"."person.name" AS "person.name", "s"."person.country" AS "person.country", "s"."person.currency" AS "person.currency", "s"."person.kind" AS "person.kind", "s"."person.hired_on" AS "person.hired_on", "s"."person.left_on" AS "person.left_on", DATE_ADD('day', -(1), COALESCE(LEAST("s"."valid_to", "d"."end"), "s"."valid_to", "d"."end")) AS "last_day", "s"."valid_to" >= "d"."end" AND NOT "a"."active_days" IS NULL AS "there_at_end"
FROM "dense" AS "d"
LEFT JOIN "active" AS "a" ON "a"."payee" = "d"."payee" AND "a"."place" = "d"."place"
LEFT JOIN "credited" AS "c" ON "c"."payee" = "d"."payee" AND "c"."place" = "d"."place"
LEFT JOIN "seated" AS "s" ON "s"."payee" = "d"."payee" AND "s"."valid_from" < "d"."end" AND "d"."end" <= "s"."followed_on";

-- sales with what had been accumulated at each credit
CREATE VIEW "textbook-graduated-22k:0:measured:sales" AS
WITH "layer1" AS (SELECT "textbook-graduated-22k:credits:sales"."@event" AS "@event", "textbook-graduated-22k:credits:sales"."@rule" AS "@rule", "textbook-graduated-22k:credits:sales"."@role" AS "@role", "textbook-graduated-22k:credits:sales"."@level" AS "@level", "textbook-graduated-22k:credits:sales"."@direct" AS "@direct", "textbook-graduated-22k:credits:sales"."@payee" AS "@payee", "textbook-graduated-22k:credits:sales"."@position" AS "@position", "textbook-graduated-22k:credits:sales"."@held" AS "@held", "textbook-graduated-22k:credits:sales"."@seated" AS "@seated", "textbook-graduated-22k:credits:sales"."@person" AS "@person", "textbook-graduated-22k:credits:sales"."@title" AS "@title", "textbook-graduated-22k:credits:sales"."@territory" AS "@territory", "textbook-graduated-22k:credits:sales"."@unit" AS "@unit", "textbook-graduated-22k:credits:sales"."@via" AS "@via", "textbook-graduated-22k:credits:sales"."@share" AS "@share", "textbook-graduated-22k:credits:sales"."@date" AS "@date", "textbook-graduated-22k:credits:sales"."@recipient" AS "@recipient", "textbook-graduated-22k:credits:sales"."@reverses" AS "@reverses", "textbook-graduated-22k:credits:sales"."@original_date" AS "@original_date", "textbook-graduated-22k:credits:sales"."@original_amount" AS "@original_amount", "textbook-graduated-22k:credits:sales"."@version" AS "@version", "textbook-graduated-22k:credits:sales"."@share_over" AS "@share_over", "textbook-graduated-22k:credits:sales"."@amount:amount" AS "@amount:amount"
FROM "textbook-graduated-22k:credits:sales" AS "textbook-graduated-22k:credits:sales"),
"layer2" AS (SELECT "p".*, "r"."@week" AS "@week", "r"."@month" AS "@month", "r"."@quarter" AS "@quarter", "r"."@half" AS "@half", "r"."@year" AS "@year"
FROM "layer1" AS "p"
LEFT JOIN (SELECT "day" AS "jm$1.day", "week" AS "@week", "month" AS "@month", "quarter" AS "@quarter", "half" AS "@half", "year" AS "@year"
FROM "days:gregorian" AS "days:gregorian") AS "r" ON ("@date") = "jm$1.day"),
"layer3" AS (SELECT *, CASE WHEN TRUE THEN CAST("@amount:amount" AS DECIMAL(38, 0)) ELSE CAST(0 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0)) END AS "vm$2", "@payee" AS "sold.s"
FROM "layer2" AS "p"),
"layer4" AS (SELECT *, COALESCE("vm$2", CAST(0 AS DECIMAL(38, 0))) AS "sold.v", "@month" AS "sold.w"
FROM "layer3" AS "p"),
"layer5" AS (SELECT *, SUM("sold.v") OVER (PARTITION BY "sold.s", "sold.w" ORDER BY "@date" NULLS LAST, "@event" NULLS LAST, "@rule" NULLS LAST, "@level" NULLS LAST, "@via" NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "sold.after", SUM("sold.v") OVER (PARTITION BY "sold.s", "sold.w") AS "sold.total", CASE WHEN "@rule" = 1 AND "@level" = 0 AND "@via" = '' THEN "@event" ELSE (COALESCE("@event", '') || COALESCE('~', '') || COALESCE(CAST("@rule" AS VARCHAR), '') || COALESCE('.', '') || COALESCE(CAST("@level" AS VARCHAR), '') || COALESCE(CASE WHEN "@via" = '' THEN '' ELSE ('/' || "@via") END, '')) END AS "@credit"
FROM "layer4" AS "p") SELECT "p"."@event" AS "@event", CAST("p"."@rule" AS INTEGER) AS "@rule", "p"."@role" AS "@role", CAST("p"."@level" AS INTEGER) AS "@level", "p"."@direct" AS "@direct", "p"."@payee" AS "@payee", "p"."@position" AS "@position", "p"."@held" AS "@held", "p"."@seated" AS "@seated", "p"."@person" AS "@person", "p"."@title" AS "@title", "p"."@territory" AS "@territory", "p"."@unit" AS "@unit", "p"."@via" AS "@via", CAST("p"."@share" AS DECIMAL(38, 0)) AS "@share", "p"."@date" AS "@date", "p"."@recipient" AS "@recipient", "p"."@reverses" AS "@reverses", "p"."@original_date" AS "@original_date", CAST("p"."@original_amount" AS DECIMAL(38, 0)) AS "@original_amount", CAST("p"."@version" AS INTEGER) AS "@version", CAST("p"."@share_over" AS INTEGER) AS "@share_over", CAST("p"."@amount:amount" AS DECIMAL(38, 0)) AS "@amount:amount", "p"."@week" AS "@week", "p"."@month" AS "@month", "p"."@quarter" AS "@quarter", "p"."@half" AS "@half", "p"."@year" AS "@year", CAST("p"."vm$2" AS DECIMAL(38, 0)) AS "vm$2", "p"."sold.s" AS "sold.s", CAST("p"."sold.v" AS DECIMAL(38, 0)) AS "sold.v", "p"."sold.w" AS "sold.w", CAST("p"."sold.after" AS DECIMAL(38, 0)) AS "sold.after", CAST("p"."sold.total" AS DECIMAL(38, 0)) AS "sold.total", "p"."@credit" AS "@credit"
FROM "layer5" AS "p";

-- sold by month
CREATE TABLE "textbook-graduated-22k:0:sold:month" AS
WITH "rows_of" AS (SELECT DISTINCT "payee" AS "subject", "period" AS "period", "place" AS "place", "start" AS "start", "end" AS "end", "window_id" AS "window_id"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:rows:month" AS "textbook-graduated-22k:rows:month"),
"layer2" AS (SELECT *, "in_month" AS "window_id"
FROM "layer1" AS "p") SELECT *
FROM "layer2" AS "p") AS "f"), "sums" AS (SELECT "m"."sold.s" AS "subject", "m"."sold.w" AS "window_id", "p"."place" AS "place", SUM("m"."sold.v") AS "amount"
FROM "textbook-graduated-22k:0:measured:sales" AS "m"
INNER JOIN "days:gregorian" AS "d" ON "d"."day" = "m"."@date"
INNER JOIN "periods:gregorian:month" AS "p" ON "p"."period" = "d"."month"
GROUP BY 1, 2, 3) SELECT "r"."subject" AS "subject", "r"."period" AS "period", CAST(COALESCE(SUM(CASE WHEN "s"."window_id" = "r"."window_id" AND "s"."place" <= "r"."place" THEN "s"."amount" END), CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "value", CAST(COALESCE(SUM(CASE WHEN "s"."place" = "r"."place" THEN "s"."amount" END), CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "part", CAST(COALESCE(SUM(CASE WHEN "s"."window_id" = "r"."window_id" THEN "s"."amount" END), CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "total"
FROM "rows_of" AS "r"
LEFT JOIN "sums" AS "s" ON "s"."subject" = "r"."subject" AND ("s"."window_id" = "r"."window_id" OR "s"."place" = "r"."place")
GROUP BY "r"."subject", "r"."period";

-- lines of commission
CREATE TABLE "textbook-graduated-22k:0:component:commission" AS
SELECT "line:payee" AS "payee", "line:position" AS "position", "line:event_type" AS "event_type", "line:event" AS "event", "line:source" AS "source", "line:credited_on" AS "credited_on", "line:period" AS "period", CAST("line:exact" AS DECIMAL(38, 0)) AS "exact", CAST("line:exact/" AS DECIMAL(38, 0)) AS "exact/", CAST("line:uncapped" AS DECIMAL(38, 0)) AS "uncapped", CAST("line:uncapped/" AS DECIMAL(38, 0)) AS "uncapped/", CAST("line:amount" AS DECIMAL(38, 0)) AS "amount", "line:note" AS "note", "line:kind" AS "kind", "line:original" AS "original"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:rows:month" AS "textbook-graduated-22k:rows:month"
WHERE "present"),
"layer2" AS (SELECT *
FROM "layer1" AS "p"
WHERE "end" > CAST('2026-01-01' AS DATE) AND TRUE),
"layer3" AS (SELECT "p".*, "r"."m$1" AS "m$1"
FROM "layer2" AS "p"
LEFT JOIN (SELECT "subject" AS "j$2.subject", "period" AS "j$2.period", "value" AS "m$1"
FROM "textbook-graduated-22k:0:sold:month" AS "textbook-graduated-22k:0:sold:month") AS "r" ON ("payee") = "j$2.subject" AND ("period") = "j$2.period"),
"layer4" AS (SELECT *, COALESCE("m$1", CAST(0 AS DECIMAL(38, 0))) AS "v$3"
FROM "layer3" AS "p"),
"layer5" AS (SELECT *, CASE WHEN "v$3" <= (CAST(5000 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0))) THEN "v$3" WHEN "v$3" > (CAST(5000 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0))) THEN CAST(5000 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0)) ELSE CAST(NULL AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0)) END AS "v$4", CASE WHEN "v$3" <= (CAST(5000 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0))) THEN CAST(0 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0)) WHEN "v$3" > (CAST(5000 AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0))) THEN "v$3" + (CAST((-5000) AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0))) ELSE CAST(NULL AS DECIMAL(38, 0)) * CAST(100 AS DECIMAL(38, 0)) END AS "v$5", CASE WHEN CAST(0 AS DECIMAL(38, 0)) <= CAST(5000 AS DECIMAL(38, 0)) THEN CAST(0 AS DECIMAL(38, 0)) WHEN CAST(0 AS DECIMAL(38, 0)) > CAST(5000 AS DECIMAL(38, 0)) THEN CAST((-5000) AS DECIMAL(38, 0)) ELSE CAST(NULL AS DECIMAL(38, 0)) END AS "v$6"
FROM "layer4" AS "p"),
"layer6" AS (SELECT *, (("v$4" * CAST(2 AS DECIMAL(38, 0))) + ("v$5" * CAST(3 AS DECIMAL(38, 0)))) + (((-("v$6" * CAST(3 AS DECIMAL(38, 0))))) * CAST(100 AS DECIMAL(38, 0))) AS "v$7", TRUE AS "@has_part", "payee" AS "line:payee", "position" AS "line:position", '' AS "line:event_type", CAST(NULL AS VARCHAR) AS "line:event", "period" AS "line:source", CAST((DATE_ADD('day', -(1), "end")) AS DATE) AS "line:credited_on", "period" AS "line:period"
FROM "layer5" AS "p"),
"layer7" AS (SELECT *, CASE WHEN "@has_part" THEN 'line' ELSE 'no part' END AS "line:kind", CAST(NULL AS VARCHAR) AS "line:original", CASE WHEN NOT TRUE THEN 'gate not met' ELSE '' END AS "line:note", "v$7" AS "line:exact", CAST(2000 AS DECIMAL(38, 0)) AS "line:exact/", "v$7" AS "line:uncapped", CAST(2000 AS DECIMAL(38, 0)) AS "line:uncapped/", CASE WHEN "v$7" < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS("v$7") * CAST(2 AS DECIMAL(38, 0))) + CAST(20 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS("v$7") * CAST(2 AS DECIMAL(38, 0))) + CAST(20 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(20 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(20 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS("v$7") * CAST(2 AS DECIMAL(38, 0))) + CAST(20 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS("v$7") * CAST(2 AS DECIMAL(38, 0))) + CAST(20 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(20 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(20 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS "line:amount"
FROM "layer6" AS "p") SELECT *
FROM "layer7" AS "p") AS "f";

-- lines of all components
CREATE VIEW "textbook-graduated-22k:raw" AS
SELECT '1' AS "version", 'commission' AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("amount" AS DECIMAL(38, 0)) AS "computed", "note" AS "note", CAST("exact" AS DECIMAL(38, 0)) AS "exact", CAST("exact/" AS DECIMAL(38, 0)) AS "exact/"
FROM "textbook-graduated-22k:0:component:commission" AS "textbook-graduated-22k:0:component:commission"
WHERE "credited_on" < CAST('2026-02-01' AS DATE);

-- amounts that people put in the place of computed ones
CREATE TABLE "textbook-graduated-22k:overrides" AS
SELECT "override" AS "override", "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", "reason" AS "reason", CAST("replaced" AS DECIMAL(38, 0)) AS "amount"
FROM (SELECT "override" AS "override", "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", "reason" AS "reason", CASE WHEN CAST("amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS "replaced", CAST(ROW_NUMBER() OVER (PARTITION BY "component", "payee", "source", "earning_period" ORDER BY "override" DESC NULLS LAST) AS BIGINT) AS "turn"
FROM "overrides" AS "overrides"
WHERE "plan" = 'textbook-graduated-22k' AND ("expires_on" IS NULL OR "expires_on" > CAST('2026-01-01' AS DATE))) AS "o"
WHERE "turn" = 1;

-- lines; nobody has overridden any
CREATE VIEW "textbook-graduated-22k:lines" AS
SELECT "textbook-graduated-22k:raw"."version" AS "version", "textbook-graduated-22k:raw"."component" AS "component", "textbook-graduated-22k:raw"."kind" AS "kind", "textbook-graduated-22k:raw"."payee" AS "payee", "textbook-graduated-22k:raw"."position" AS "position", "textbook-graduated-22k:raw"."event_type" AS "event_type", "textbook-graduated-22k:raw"."event" AS "event", "textbook-graduated-22k:raw"."source" AS "source", "textbook-graduated-22k:raw"."credited_on" AS "credited_on", "textbook-graduated-22k:raw"."period" AS "period", CAST("textbook-graduated-22k:raw"."amount" AS DECIMAL(38, 0)) AS "amount", CAST("textbook-graduated-22k:raw"."computed" AS DECIMAL(38, 0)) AS "computed", "textbook-graduated-22k:raw"."note" AS "note", CAST("textbook-graduated-22k:raw"."exact" AS DECIMAL(38, 0)) AS "exact", CAST("textbook-graduated-22k:raw"."exact/" AS DECIMAL(38, 0)) AS "exact/"
FROM "textbook-graduated-22k:raw" AS "textbook-graduated-22k:raw"
WHERE "kind" <> 'no part';

-- lines with the caps of components
CREATE VIEW "textbook-graduated-22k:entitled:capped" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "textbook-graduated-22k:lines" AS "textbook-graduated-22k:lines"
WHERE NOT "amount" IS NULL;

-- lines with caps and floors of components
CREATE VIEW "textbook-graduated-22k:entitled:components" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "textbook-graduated-22k:entitled:capped" AS "textbook-graduated-22k:entitled:capped";

-- everything that is due, by earning period
CREATE VIEW "textbook-graduated-22k:entitled" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "textbook-graduated-22k:entitled:components" AS "textbook-graduated-22k:entitled:components";

-- the pay periods that are booked
CREATE TABLE "textbook-graduated-22k:open" AS
SELECT "period" AS "period", CAST("place" AS BIGINT) AS "place", "start" AS "start", "end" AS "end"
FROM "periods:gregorian:month" AS "periods:gregorian:month"
WHERE "end" > CAST('2026-01-01' AS DATE) AND "end" <= CAST('2026-02-01' AS DATE);

-- what closed periods have booked, by line
CREATE TABLE "textbook-graduated-22k:ledger" AS
SELECT "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", CAST(CAST(SUM(CAST("amount" AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount"
FROM "ledger_lines" AS "ledger_lines"
WHERE "plan" = 'textbook-graduated-22k'
GROUP BY 1, 2, 3, 4;

-- differences to other periods, adjustments
CREATE TABLE "textbook-graduated-22k:booked:others" AS
SELECT COALESCE("e"."version", '1') AS "version", COALESCE("e"."component", "g"."component") AS "component", 'difference' AS "kind", COALESCE("e"."payee", "g"."payee") AS "payee", "e"."position" AS "position", COALESCE("e"."event_type", '') AS "event_type", "e"."event" AS "event", COALESCE("e"."source", "g"."source") AS "source", "e"."credited_on" AS "credited_on", COALESCE("e"."period", "g"."earning_period") AS "earning_period", (SELECT MIN_BY("period", "place") FILTER (WHERE "period" IS NOT NULL) AS "column 0"
FROM "textbook-graduated-22k:open" AS "textbook-graduated-22k:open"
WHERE TRUE) AS "pay_period", CAST(COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) - COALESCE("g"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "amount", CAST(COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) - COALESCE("g"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "computed", ('late: ' || COALESCE("e"."period", "g"."earning_period")) AS "note"
FROM (SELECT *
FROM "textbook-graduated-22k:entitled" AS "textbook-graduated-22k:entitled"
WHERE "period" IN (SELECT "period" AS "period"
FROM "periods:gregorian:month" AS "periods:gregorian:month"
WHERE "end" <= CAST('0001-01-01' AS DATE))) AS "e" FULL JOIN (SELECT *
FROM "textbook-graduated-22k:ledger" AS "textbook-graduated-22k:ledger"
WHERE "source" NOT LIKE 'adjustment:%') AS "g" ON "g"."component" = "e"."component" AND "g"."payee" = "e"."payee" AND "g"."source" = "e"."source" AND "g"."earning_period" = "e"."period"
WHERE COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) <> COALESCE("g"."amount", CAST(0 AS DECIMAL(38, 0)))
UNION ALL SELECT '1' AS "version", "component" AS "component", 'adjustment' AS "kind", "payee" AS "payee", CAST(NULL AS VARCHAR) AS "position", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", ('adjustment:' || "adjustment") AS "source", CAST(NULL AS DATE) AS "credited_on", "pay_period" AS "earning_period", "pay_period" AS "pay_period", CAST(CASE WHEN CAST("amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "amount", CAST(CASE WHEN CAST("amount" AS DECIMAL(38, 0)) < CAST(0 AS DECIMAL(38, 0)) THEN (-(CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST(((ABS(CAST("amount" AS DECIMAL(38, 0))) * CAST(2 AS DECIMAL(38, 0))) + CAST(100 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((CAST(100 AS DECIMAL(38, 0)) * CAST(2 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "computed", "reason" AS "note"
FROM "adjustments" AS "adjustments"
WHERE "plan" = 'textbook-graduated-22k' AND "currency" = 'USD' AND "pay_period" IN (SELECT "period" AS "period"
FROM "textbook-graduated-22k:open" AS "textbook-graduated-22k:open") AND "component" IN ('commission') AND "payee" IN (SELECT "person" AS "person"
FROM "people" AS "people"
UNION ALL SELECT ('vacant:' || "position") AS "person"
FROM "positions" AS "positions");

-- every line with the pay period in which it is booked
CREATE VIEW "textbook-graduated-22k:booked" AS
SELECT "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "period" AS "earning_period", "period" AS "pay_period", CAST("amount" AS DECIMAL(38, 0)) AS "amount", CAST("computed" AS DECIMAL(38, 0)) AS "computed", "note" AS "note"
FROM "textbook-graduated-22k:entitled" AS "textbook-graduated-22k:entitled"
WHERE "period" IN (SELECT "period" AS "period"
FROM "textbook-graduated-22k:open" AS "textbook-graduated-22k:open"
WHERE TRUE AND TRUE)
UNION ALL SELECT "textbook-graduated-22k:booked:others"."version" AS "version", "textbook-graduated-22k:booked:others"."component" AS "component", "textbook-graduated-22k:booked:others"."kind" AS "kind", "textbook-graduated-22k:booked:others"."payee" AS "payee", "textbook-graduated-22k:booked:others"."position" AS "position", "textbook-graduated-22k:booked:others"."event_type" AS "event_type", "textbook-graduated-22k:booked:others"."event" AS "event", "textbook-graduated-22k:booked:others"."source" AS "source", "textbook-graduated-22k:booked:others"."credited_on" AS "credited_on", "textbook-graduated-22k:booked:others"."earning_period" AS "earning_period", "textbook-graduated-22k:booked:others"."pay_period" AS "pay_period", CAST("textbook-graduated-22k:booked:others"."amount" AS DECIMAL(38, 0)) AS "amount", CAST("textbook-graduated-22k:booked:others"."computed" AS DECIMAL(38, 0)) AS "computed", "textbook-graduated-22k:booked:others"."note" AS "note"
FROM "textbook-graduated-22k:booked:others" AS "textbook-graduated-22k:booked:others";

-- every line is payable when it is booked
CREATE VIEW "textbook-graduated-22k:releases" AS
SELECT "b"."component" AS "component", "b"."payee" AS "payee", "b"."source" AS "source", "b"."earning_period" AS "earning_period", CAST(1 AS INTEGER) AS "part", COALESCE("b"."credited_on", CAST(DATE_ADD('day', -(1), "o"."end") AS DATE)) AS "due_on", "b"."pay_period" AS "pay_period", CAST("b"."amount" AS DECIMAL(38, 0)) AS "amount", 'released' AS "state", '' AS "reason"
FROM "textbook-graduated-22k:booked" AS "b"
INNER JOIN "textbook-graduated-22k:open" AS "o" ON "o"."period" = "b"."pay_period"
WHERE "b"."amount" <> 0 AND NOT STARTS_WITH("b"."payee", 'vacant:')
UNION ALL SELECT "b"."component" AS "component", "b"."payee" AS "payee", "b"."source" AS "source", "b"."earning_period" AS "earning_period", CAST(1 AS INTEGER) AS "part", MIN(COALESCE("b"."credited_on", CAST(DATE_ADD('day', -(1), "o"."end") AS DATE))) AS "due_on", CAST(NULL AS VARCHAR) AS "pay_period", CAST(CAST(SUM("b"."amount") AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", 'held' AS "state", 'the seat is vacant' AS "reason"
FROM "textbook-graduated-22k:booked" AS "b"
INNER JOIN "textbook-graduated-22k:open" AS "o" ON "o"."period" = "b"."pay_period"
WHERE STARTS_WITH("b"."payee", 'vacant:')
GROUP BY "b"."component", "b"."payee", "b"."source", "b"."earning_period"
HAVING SUM("b"."amount") <> 0;

-- everybody who is paid, and their pay periods
CREATE TABLE "textbook-graduated-22k:pay-rows" AS
WITH "firsts" AS (SELECT "payee" AS "payee", MIN("place") AS "first_place"
FROM (SELECT "payee" AS "payee", CAST("place" AS BIGINT) AS "place"
FROM "textbook-graduated-22k:rows:month" AS "textbook-graduated-22k:rows:month"
UNION ALL SELECT "l"."payee" AS "payee", CAST("p"."place" AS BIGINT) AS "place"
FROM "textbook-graduated-22k:lines" AS "l"
INNER JOIN "periods:gregorian:month" AS "p" ON "p"."period" = "l"."period"
UNION ALL SELECT "a"."payee" AS "payee", CAST("p"."place" AS BIGINT) AS "place"
FROM (SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "adjustments" AS "adjustments"
WHERE "plan" = 'textbook-graduated-22k' UNION SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "ledger_lines" AS "ledger_lines"
WHERE "plan" = 'textbook-graduated-22k' UNION SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "ledger_releases" AS "ledger_releases"
WHERE "plan" = 'textbook-graduated-22k' UNION SELECT "payee" AS "payee", "pay_period" AS "pay_period"
FROM "ledger_balances" AS "ledger_balances"
WHERE "plan" = 'textbook-graduated-22k') AS "a"
INNER JOIN "periods:gregorian:month" AS "p" ON "p"."period" = "a"."pay_period") AS "f"
GROUP BY "payee"), "dense" AS (SELECT "f"."payee" AS "payee", "p".*
FROM "firsts" AS "f"
INNER JOIN "periods:gregorian:month" AS "p" ON "p"."place" >= "f"."first_place" AND "p"."start" < CAST('2026-02-01' AS DATE)), "seated" AS (SELECT *, COALESCE(LEAD("valid_from") OVER (PARTITION BY "payee" ORDER BY "valid_from" NULLS LAST, "position" DESC NULLS LAST), CAST('9999-12-31' AS DATE)) AS "followed_on"
FROM "textbook-graduated-22k:members" AS "textbook-graduated-22k:members"), "first_rows" AS (SELECT "payee" AS "payee", MIN("place") AS "place"
FROM "textbook-graduated-22k:rows:month" AS "textbook-graduated-22k:rows:month"
GROUP BY "payee") SELECT "d"."payee" AS "payee", "d"."period" AS "period", "d"."start" AS "start", "d"."end" AS "end", CAST("d"."place" AS BIGINT) AS "place", CAST("d"."number" AS BIGINT) AS "number", CAST("d"."days" AS BIGINT) AS "days", CAST("d"."month" AS BIGINT) AS "month", CAST("d"."quarter" AS BIGINT) AS "quarter", CAST("d"."year" AS BIGINT) AS "year", "d"."in_week" AS "in_week", "d"."in_month" AS "in_month", "d"."in_quarter" AS "in_quarter", "d"."in_half" AS "in_half", "d"."in_year" AS "in_year", CAST(COALESCE("r"."active_days", 0) AS DECIMAL(38, 0)) AS "active_days", COALESCE("r"."present", FALSE) AS "present", CAST("d"."place" - "o"."place" + 1 AS BIGINT) AS "ordinal", "s"."position" AS "position", COALESCE("s"."person", "w"."person") AS "person", "s"."title" AS "title", "s"."territory" AS "territory", "s"."unit" AS "unit", "w"."name" AS "person.name", "w"."country" AS "person.country", "w"."currency" AS "person.currency", "w"."kind" AS "person.kind", "w"."hired_on" AS "person.hired_on", "w"."left_on" AS "person.left_on", CAST(DATE_ADD('day', -(1), COALESCE(LEAST(COALESCE("s"."valid_to", "d"."end"), "d"."end"), COALESCE("s"."valid_to", "d"."end"), "d"."end")) AS DATE) AS "last_day", COALESCE("r"."there_at_end", FALSE) AS "there_at_end"
FROM "dense" AS "d"
LEFT JOIN "textbook-graduated-22k:rows:month" AS "r" ON "r"."payee" = "d"."payee" AND "r"."period" = "d"."period"
LEFT JOIN "seated" AS "s" ON "s"."payee" = "d"."payee" AND "s"."valid_from" < "d"."end" AND "d"."end" <= "s"."followed_on"
LEFT JOIN "first_rows" AS "o" ON "o"."payee" = "d"."payee"
LEFT JOIN "people" AS "w" ON "w"."person" = "d"."payee";

-- guarantees and draws by payee and pay period
CREATE TABLE "textbook-graduated-22k:terms" AS
SELECT "payee" AS "payee", "period" AS "period", CAST("ordinal" AS BIGINT) AS "ordinal", CAST("guarantee_amount" AS DECIMAL(38, 0)) AS "guarantee_amount", CAST("draw_amount" AS DECIMAL(38, 0)) AS "draw_amount", CAST("recover_over" AS DECIMAL(38, 0)) AS "recover_over", CAST("recover_share" AS DECIMAL(38, 0)) AS "recover_share", CAST("recover_keeps" AS DECIMAL(38, 0)) AS "recover_keeps", CAST("recover_from" AS INTEGER) AS "recover_from", "draw_form" AS "draw_form", "recovers" AS "recovers", "carries" AS "carries", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("pay_places" AS INTEGER) AS "pay_places", "guarantee_missing" AS "guarantee_missing", "draw_missing" AS "draw_missing"
FROM (WITH "layer1" AS (SELECT *
FROM "textbook-graduated-22k:pay-rows" AS "textbook-graduated-22k:pay-rows"),
"layer2" AS (SELECT *, FALSE AS "guarantee_missing", CAST(NULL AS DECIMAL(38, 0)) AS "guarantee_amount", FALSE AS "draw_missing", CAST(NULL AS DECIMAL(38, 0)) AS "draw_amount", CAST(NULL AS DECIMAL(38, 0)) AS "recover_share", CAST(1 AS DECIMAL(38, 0)) AS "recover_over", CAST(0 AS DECIMAL(38, 0)) AS "recover_keeps", 1 AS "recover_from", '' AS "draw_form", FALSE AS "recovers", TRUE AS "carries", 'USD' AS "pay_currency", CAST(1000000000000 AS DECIMAL(38, 0)) AS "pay_rate", 2 AS "pay_places"
FROM "layer1" AS "p") SELECT *
FROM "layer2" AS "p") AS "f"
WHERE TRUE;

-- what is earned and released, with the terms that apply
CREATE TABLE "textbook-graduated-22k:sums" AS
WITH "earned" AS (SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST(SUM("amount") AS DECIMAL(38, 0)) AS "amount"
FROM "textbook-graduated-22k:booked" AS "textbook-graduated-22k:booked"
GROUP BY 1, 2), "paid" AS (SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST(SUM(CASE WHEN "state" = 'released' THEN "amount" END) AS DECIMAL(38, 0)) AS "amount"
FROM "textbook-graduated-22k:releases" AS "textbook-graduated-22k:releases"
GROUP BY 1, 2), "people" AS (SELECT "payee" AS "payee"
FROM "textbook-graduated-22k:pay-rows" AS "textbook-graduated-22k:pay-rows" UNION SELECT "payee" AS "payee"
FROM "earned" AS "earned" UNION SELECT "payee" AS "payee"
FROM "paid" AS "paid" UNION SELECT "payee" AS "payee"
FROM "ledger_balances" AS "ledger_balances"
WHERE "plan" = 'textbook-graduated-22k' AND "amount" <> 0) SELECT "p"."payee" AS "payee", "o"."period" AS "pay_period", CAST("o"."place" AS BIGINT) AS "place", "r"."position" AS "position", CAST(COALESCE("e"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "earned", CAST(COALESCE("a"."amount", CAST(0 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "released", "t"."of_payee" AS "of_payee", "t"."period" AS "period", CAST("t"."ordinal" AS BIGINT) AS "ordinal", CAST("t"."guarantee_amount" AS DECIMAL(38, 0)) AS "guarantee_amount", CAST("t"."draw_amount" AS DECIMAL(38, 0)) AS "draw_amount", CAST("t"."recover_over" AS DECIMAL(38, 0)) AS "recover_over", CAST("t"."recover_share" AS DECIMAL(38, 0)) AS "recover_share", CAST("t"."recover_keeps" AS DECIMAL(38, 0)) AS "recover_keeps", CAST("t"."recover_from" AS INTEGER) AS "recover_from", "t"."draw_form" AS "draw_form", "t"."recovers" AS "recovers", "t"."carries" AS "carries", "t"."pay_currency" AS "pay_currency", CAST("t"."pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("t"."pay_places" AS INTEGER) AS "pay_places", "t"."guarantee_missing" AS "guarantee_missing", "t"."draw_missing" AS "draw_missing", COALESCE("t"."carries", TRUE) AS "carries_on", CAST("r"."active_days" AS DECIMAL(38, 0)) AS "active_days"
FROM "people" AS "p" CROSS JOIN "textbook-graduated-22k:open" AS "o"
LEFT JOIN "textbook-graduated-22k:pay-rows" AS "r" ON "r"."payee" = "p"."payee" AND "r"."period" = "o"."period"
LEFT JOIN (SELECT "payee" AS "of_payee", "textbook-graduated-22k:terms"."period" AS "period", "textbook-graduated-22k:terms"."ordinal" AS "ordinal", "textbook-graduated-22k:terms"."guarantee_amount" AS "guarantee_amount", "textbook-graduated-22k:terms"."draw_amount" AS "draw_amount", "textbook-graduated-22k:terms"."recover_over" AS "recover_over", "textbook-graduated-22k:terms"."recover_share" AS "recover_share", "textbook-graduated-22k:terms"."recover_keeps" AS "recover_keeps", "textbook-graduated-22k:terms"."recover_from" AS "recover_from", "textbook-graduated-22k:terms"."draw_form" AS "draw_form", "textbook-graduated-22k:terms"."recovers" AS "recovers", "textbook-graduated-22k:terms"."carries" AS "carries", "textbook-graduated-22k:terms"."pay_currency" AS "pay_currency", "textbook-graduated-22k:terms"."pay_rate" AS "pay_rate", "textbook-graduated-22k:terms"."pay_places" AS "pay_places", "textbook-graduated-22k:terms"."guarantee_missing" AS "guarantee_missing", "textbook-graduated-22k:terms"."draw_missing" AS "draw_missing"
FROM "textbook-graduated-22k:terms" AS "textbook-graduated-22k:terms") AS "t" ON "t"."of_payee" = "p"."payee" AND "t"."period" = "o"."period"
LEFT JOIN "earned" AS "e" ON "e"."payee" = "p"."payee" AND "e"."pay_period" = "o"."period"
LEFT JOIN "paid" AS "a" ON "a"."payee" = "p"."payee" AND "a"."pay_period" = "o"."period";

-- settlement of the first open period
CREATE TABLE "textbook-graduated-22k:settled" AS
SELECT "payee" AS "payee", "pay_period" AS "pay_period", CAST("place" AS BIGINT) AS "place", "position" AS "position", CAST("earned" AS DECIMAL(38, 0)) AS "earned", CAST("released" AS DECIMAL(38, 0)) AS "released", CAST("guarantee" AS DECIMAL(38, 0)) AS "guarantee", CAST("draw_paid" AS DECIMAL(38, 0)) AS "draw_paid", CAST("draw_recovered" AS DECIMAL(38, 0)) AS "draw_recovered", CAST("draw_balance" AS DECIMAL(38, 0)) AS "draw_balance", CAST("carried_in" AS DECIMAL(38, 0)) AS "carried_in", CAST(CASE WHEN "total" < 0 AND "carries" THEN "total" ELSE CAST(0 AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "carried_out", CAST(CASE WHEN "total" < 0 AND "carries" THEN CAST(0 AS DECIMAL(38, 0)) ELSE "total" END AS DECIMAL(38, 0)) AS "payable", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("pay_places" AS INTEGER) AS "pay_places", CAST("active_days" AS DECIMAL(38, 0)) AS "active_days", "recovers" AND "ordinal" >= "recover_from" AND "brought" > 0 AND ("recover_share" IS NULL OR "recover_keeps" IS NULL) AS "recovery_missing"
FROM (SELECT *, "carried_in" + "with_guarantee" + CASE WHEN "draw_form" = 'in_advance' THEN CAST(0 AS DECIMAL(38, 0)) ELSE "draw_paid" END - "draw_recovered" AS "total", CASE WHEN "draw_form" = 'in_advance' OR "recovers" THEN "brought" + "draw_paid" - "draw_recovered" WHEN "draw_form" IN ('top_up', 'on_top') THEN CAST(0 AS DECIMAL(38, 0)) ELSE "brought" END AS "draw_balance"
FROM (SELECT *, CASE WHEN "draw_form" = 'in_advance' THEN COALESCE(GREATEST(COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))), COALESCE(LEAST("with_guarantee", "draw_paid" + "brought"), "with_guarantee", "draw_paid" + "brought"), CAST(0 AS DECIMAL(38, 0))) WHEN "recovers" AND "ordinal" >= "recover_from" AND NOT "recover_share" IS NULL AND NOT "recover_keeps" IS NULL THEN COALESCE(LEAST("brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))), "brought", CAST((CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) - CAST((2 * COALESCE(GREATEST("with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))), "with_guarantee" - "recover_keeps", CAST(0 AS DECIMAL(38, 0))) * "recover_share" + "recover_over") AS DECIMAL(38, 0)) % CAST((2 * "recover_over") AS DECIMAL(38, 0))) / CAST((2 * "recover_over") AS DECIMAL(38, 0)) AS DECIMAL(38, 0))) ELSE CAST(0 AS DECIMAL(38, 0)) END AS "draw_recovered"
FROM (SELECT *, CASE WHEN "draw_amount" IS NULL THEN CAST(0 AS DECIMAL(38, 0)) WHEN "draw_form" = 'top_up' THEN COALESCE(GREATEST("draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))), "draw_amount" - "with_guarantee", CAST(0 AS DECIMAL(38, 0))) ELSE "draw_amount" END AS "draw_paid"
FROM (SELECT "s"."payee" AS "payee", "s"."pay_period" AS "pay_period", "s"."place" AS "place", "s"."position" AS "position", "s"."earned" AS "earned", "s"."released" AS "released", "s"."of_payee" AS "of_payee", "s"."period" AS "period", "s"."ordinal" AS "ordinal", "s"."guarantee_amount" AS "guarantee_amount", "s"."draw_amount" AS "draw_amount", "s"."recover_over" AS "recover_over", "s"."recover_share" AS "recover_share", "s"."recover_keeps" AS "recover_keeps", "s"."recover_from" AS "recover_from", "s"."pay_rate" AS "pay_rate", "s"."pay_places" AS "pay_places", "s"."guarantee_missing" AS "guarantee_missing", "s"."draw_missing" AS "draw_missing", "s"."carries_on" AS "carries_on", "s"."active_days" AS "active_days", "s"."pay_currency" AS "pay_currency", "s"."carries_on" AS "carries", COALESCE("s"."draw_form", '') AS "draw_form", COALESCE("s"."recovers", FALSE) AS "recovers", COALESCE("b"."draw_balance", CAST(0 AS DECIMAL(38, 0))) AS "brought", COALESCE("b"."carried_out", CAST(0 AS DECIMAL(38, 0))) AS "carried_in", COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "guarantee", "s"."released" + COALESCE(GREATEST(COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))), COALESCE("s"."guarantee_amount", CAST(0 AS DECIMAL(38, 0))) - "s"."released", CAST(0 AS DECIMAL(38, 0))) * CASE WHEN "s"."guarantee_amount" IS NULL THEN 0 ELSE 1 END AS "with_guarantee"
FROM "textbook-graduated-22k:sums" AS "s"
LEFT JOIN (SELECT "payee" AS "payee", CAST(SUM(CAST(CASE WHEN "name" = 'draw.balance' THEN "amount" ELSE 0 END AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "draw_balance", CAST(SUM(CAST(CASE WHEN "name" = 'carried' THEN "amount" ELSE 0 END AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS "carried_out"
FROM "ledger_balances" AS "l"
WHERE "plan" = 'textbook-graduated-22k' AND "pay_period" = (SELECT MAX("pay_period") AS "column 0"
FROM "ledger_balances" AS "m"
WHERE "m"."plan" = 'textbook-graduated-22k')
GROUP BY "payee") AS "b" ON "b"."payee" = "s"."payee"
WHERE "s"."pay_period" = '2026-01') AS "a") AS "d") AS "r") AS "t";

-- what is paid
CREATE TABLE "textbook-graduated-22k:payments" AS
SELECT "q"."payee" AS "payee", "q"."pay_period" AS "pay_period", "q"."position" AS "position", CAST("q"."earned" AS DECIMAL(38, 0)) AS "earned", CAST("q"."released" AS DECIMAL(38, 0)) AS "released", CAST("q"."guarantee" AS DECIMAL(38, 0)) AS "guarantee", CAST("q"."draw_paid" AS DECIMAL(38, 0)) AS "draw_paid", CAST("q"."draw_recovered" AS DECIMAL(38, 0)) AS "draw_recovered", CAST("q"."draw_balance" AS DECIMAL(38, 0)) AS "draw_balance", CAST("q"."carried_in" AS DECIMAL(38, 0)) AS "carried_in", CAST("q"."carried_out" AS DECIMAL(38, 0)) AS "carried_out", CAST("q"."payable" AS DECIMAL(38, 0)) AS "payable", CAST("q"."pay_places" AS INTEGER) AS "pay_places", "q"."pay_currency" AS "pay_currency", CAST("q"."pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST("q"."top" AS DECIMAL(38, 0)) AS "top", CAST(CASE WHEN "payable" = 0 THEN CAST(0 AS DECIMAL(38, 0)) WHEN "payable" < 0 THEN (-(CAST((CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)))) ELSE CAST((CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) - CAST((2 * "top" + CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) % CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0))) / CAST((2 * CAST(100000000000000 AS DECIMAL(38, 0))) AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) END AS DECIMAL(38, 0)) AS "paid"
FROM (SELECT *, ABS("payable") * "pay_rate" * CASE COALESCE("pay_places", 2) WHEN 0 THEN CAST(1 AS DECIMAL(38, 0)) WHEN 2 THEN CAST(100 AS DECIMAL(38, 0)) WHEN 3 THEN CAST(1000 AS DECIMAL(38, 0)) WHEN 4 THEN CAST(10000 AS DECIMAL(38, 0)) END AS "top"
FROM (SELECT "payee" AS "payee", "pay_period" AS "pay_period", "position" AS "position", "earned" AS "earned", "released" AS "released", "guarantee" AS "guarantee", "draw_paid" AS "draw_paid", "draw_recovered" AS "draw_recovered", "draw_balance" AS "draw_balance", "carried_in" AS "carried_in", "carried_out" AS "carried_out", "payable" AS "payable", "pay_places" AS "pay_places", COALESCE("pay_currency", 'USD') AS "pay_currency", COALESCE("pay_rate", CASE WHEN COALESCE("pay_currency", 'USD') = 'USD' THEN CAST(1000000000000 AS DECIMAL(38, 0)) END) AS "pay_rate"
FROM "textbook-graduated-22k:settled" AS "textbook-graduated-22k:settled"
WHERE "earned" <> 0 OR "released" <> 0 OR "guarantee" <> 0 OR "draw_paid" <> 0 OR "draw_recovered" <> 0 OR "draw_balance" <> 0 OR "carried_in" <> 0 OR "carried_out" <> 0 OR COALESCE("active_days", 0) > 0) AS "p") AS "q";

-- all credits
CREATE VIEW "credits" AS
SELECT 'textbook-graduated-22k' AS "plan", CASE "@version" WHEN 0 THEN '1' END AS "version", 'sales' AS "credit_set", 'orders' AS "event_type", "@event" AS "event", CAST("@rule" AS INTEGER) AS "rule", "@role" AS "role", CAST("@level" AS INTEGER) AS "level", "@payee" AS "payee", "@position" AS "position", "@via" AS "via", "@credit" AS "credit", "@date" AS "credited_on", CAST("@share" AS DECIMAL(38, 0)) AS "share", CAST(CAST("@share_over" AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "share_over", CAST("@amount:amount" AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency"
FROM "textbook-graduated-22k:credits:sales" AS "textbook-graduated-22k:credits:sales";

-- all booked lines
CREATE VIEW "lines" AS
SELECT (COALESCE('textbook-graduated-22k/', '') || COALESCE("component", '') || COALESCE('/', '') || COALESCE("payee", '') || COALESCE('/', '') || COALESCE("source", '') || COALESCE('/', '') || COALESCE("earning_period", '') || COALESCE(CASE WHEN "kind" = 'difference' THEN ('+' || "pay_period") ELSE '' END, '')) AS "line", 'textbook-graduated-22k' AS "plan", "version" AS "version", "component" AS "component", "kind" AS "kind", "payee" AS "payee", "position" AS "position", "event_type" AS "event_type", "event" AS "event", "source" AS "source", "credited_on" AS "credited_on", "earning_period" AS "earning_period", "pay_period" AS "pay_period", CAST(CAST("amount" AS BIGINT) AS BIGINT) AS "amount", CAST(CAST("computed" AS BIGINT) AS BIGINT) AS "computed", 'USD' AS "currency", "note" AS "note"
FROM "textbook-graduated-22k:booked" AS "textbook-graduated-22k:booked";

-- all releases
CREATE VIEW "releases" AS
SELECT 'textbook-graduated-22k' AS "plan", "component" AS "component", "payee" AS "payee", "source" AS "source", "earning_period" AS "earning_period", CAST(CAST("part" AS BIGINT) AS BIGINT) AS "part", "due_on" AS "due_on", "pay_period" AS "pay_period", CAST(CAST("amount" AS BIGINT) AS BIGINT) AS "amount", 'USD' AS "currency", "state" AS "state", "reason" AS "reason"
FROM "textbook-graduated-22k:releases" AS "textbook-graduated-22k:releases";

-- all payments
CREATE VIEW "payments" AS
SELECT 'textbook-graduated-22k' AS "plan", "payee" AS "payee", "pay_period" AS "pay_period", "position" AS "position", CAST(CAST("earned" AS BIGINT) AS BIGINT) AS "earned", CAST(CAST("released" AS BIGINT) AS BIGINT) AS "released", CAST(CAST("guarantee" AS BIGINT) AS BIGINT) AS "guarantee", CAST(CAST("draw_paid" AS BIGINT) AS BIGINT) AS "draw_paid", CAST(CAST("draw_recovered" AS BIGINT) AS BIGINT) AS "draw_recovered", CAST(CAST("draw_balance" AS BIGINT) AS BIGINT) AS "draw_balance", CAST(CAST("carried_in" AS BIGINT) AS BIGINT) AS "carried_in", CAST(CAST("carried_out" AS BIGINT) AS BIGINT) AS "carried_out", CAST(CAST("payable" AS BIGINT) AS BIGINT) AS "payable", 'USD' AS "currency", "pay_currency" AS "pay_currency", CAST("pay_rate" AS DECIMAL(38, 0)) AS "pay_rate", CAST(CAST(1000000000000 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "pay_rate_over", CAST(CAST("paid" AS BIGINT) AS BIGINT) AS "paid"
FROM "textbook-graduated-22k:payments" AS "textbook-graduated-22k:payments";

-- orders that pass and credit nobody
CREATE TABLE "uncredited:orders" AS
WITH "passing" AS (SELECT "@event" AS "event", "@date" AS "date", "@amount:amount" AS "amount", CAST(100 AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 0 AS "turn"
FROM "textbook-graduated-22k:0:events:sales" AS "textbook-graduated-22k:0:events:sales"
WHERE NOT "@amount:amount" IS NULL AND NOT "@date" IS NULL), "lost" AS (SELECT DISTINCT "event" AS "event"
FROM "passing" AS "a"
WHERE NOT EXISTS (SELECT 1 AS "column 0"
FROM (SELECT "@event" AS "event"
FROM "textbook-graduated-22k:credits:sales" AS "textbook-graduated-22k:credits:sales") AS "c"
WHERE "c"."event" = "a"."event")) SELECT "p"."event" AS "event", CAST(MIN("turn") AS INTEGER) AS "turn", MIN_BY("date", "turn") FILTER (WHERE "date" IS NOT NULL) AS "date", CAST(MIN_BY("amount", "turn") FILTER (WHERE "amount" IS NOT NULL) AS DECIMAL(38, 0)) AS "amount", CAST(MIN_BY("amount_over", "turn") FILTER (WHERE "amount_over" IS NOT NULL) AS DECIMAL(38, 0)) AS "amount_over", MIN_BY("currency", "turn") FILTER (WHERE "currency" IS NOT NULL) AS "currency"
FROM "passing" AS "p"
INNER JOIN "lost" AS "lost" ON "lost"."event" = "p"."event"
GROUP BY "p"."event";

-- events without credit
CREATE TABLE "uncredited" AS
SELECT '' AS "event_type", '' AS "event", CAST(NULL AS DATE) AS "date", CAST(CAST(0 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", '' AS "currency", '' AS "reason"
WHERE FALSE
UNION ALL SELECT 'orders' AS "event_type", "a"."@event" AS "event", "a"."@date" AS "date", CAST(CAST("a"."@stated" AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", "a"."@currency" AS "currency", 'no plan in force' AS "reason"
FROM (SELECT *
FROM "textbook-graduated-22k:0:all:sales" AS "textbook-graduated-22k:0:all:sales"
WHERE NOT ("@date" IS NULL OR ("@date" >= CAST('2026-01-01' AS DATE)))) AS "a"
INNER JOIN "f:orders" AS "f" ON "f"."id" = "a"."@event"
WHERE "a"."@date" < CAST('2026-02-01' AS DATE);

-- what was left out, and why
CREATE TABLE "exceptions" AS
SELECT DISTINCT "e"."plan" AS "plan", "e"."component" AS "component", "e"."event_type" AS "event_type", "e"."event" AS "event", "e"."payee" AS "payee", "e"."period" AS "period", CAST("e"."amount" AS DECIMAL(38, 0)) AS "amount", CAST("e"."amount_over" AS DECIMAL(38, 0)) AS "amount_over", "e"."currency" AS "currency", "e"."reason" AS "reason", "e"."code" AS "code"
FROM (SELECT 'textbook-graduated-22k' AS "plan", '' AS "component", 'orders' AS "event_type", "@event" AS "event", CAST(NULL AS VARCHAR) AS "payee", CAST(NULL AS VARCHAR) AS "period", CAST(CAST("@stated" AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", "@currency" AS "currency", CASE WHEN "@date" IS NULL THEN 'the crediting date is missing' WHEN "@stated" IS NULL THEN 'the amount is missing' ELSE 'no rate of exchange or no conversion' END AS "reason", CASE WHEN "@date" IS NULL THEN 'date_missing' WHEN "@stated" IS NULL THEN 'amount_missing' ELSE 'rate_missing' END AS "code"
FROM "textbook-graduated-22k:0:events:sales" AS "textbook-graduated-22k:0:events:sales"
WHERE "@date" IS NULL OR "@amount:amount" IS NULL
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", "component" AS "component", "event_type" AS "event_type", "event" AS "event", "payee" AS "payee", "period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the result is missing: a quota, input or parameter is not there' AS "reason", 'held' AS "code"
FROM "textbook-graduated-22k:lines" AS "textbook-graduated-22k:lines"
WHERE "amount" IS NULL AND "component" = 'commission'
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", 'settlement.guarantee' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the amount of the guarantee is missing' AS "reason", 'held' AS "code"
FROM "textbook-graduated-22k:sums" AS "textbook-graduated-22k:sums"
WHERE "guarantee_missing"
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", 'settlement.draw' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the amount of the draw is missing' AS "reason", 'held' AS "code"
FROM "textbook-graduated-22k:sums" AS "textbook-graduated-22k:sums"
WHERE "draw_missing"
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", 'settlement.draw' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(NULL AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(1 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'what is taken back of the draw is missing' AS "reason", 'held' AS "code"
FROM "textbook-graduated-22k:settled" AS "textbook-graduated-22k:settled"
WHERE "recovery_missing"
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", '' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST(SUM("amount") AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", 'the seat is vacant: its lines are not paid' AS "reason", 'vacant' AS "code"
FROM "textbook-graduated-22k:booked" AS "textbook-graduated-22k:booked"
WHERE STARTS_WITH("payee", 'vacant:')
GROUP BY "payee", "pay_period"
HAVING SUM("amount") <> 0
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", "component" AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST(CAST("amount" AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount", CAST(CAST(10000 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", "currency" AS "currency", 'the adjustment is in another currency than the plan' AS "reason", 'rate_missing' AS "code"
FROM "adjustments" AS "adjustments"
WHERE "plan" = 'textbook-graduated-22k' AND "currency" <> 'USD'
UNION ALL SELECT 'textbook-graduated-22k' AS "plan", '' AS "component", '' AS "event_type", CAST(NULL AS VARCHAR) AS "event", "payee" AS "payee", "pay_period" AS "period", CAST("payable" AS DECIMAL(38, 0)) AS "amount", CAST(CAST(100 AS DECIMAL(38, 0)) AS DECIMAL(38, 0)) AS "amount_over", 'USD' AS "currency", ('no rate of exchange into ' || "pay_currency") AS "reason", 'pay_rate_missing' AS "code"
FROM "textbook-graduated-22k:payments" AS "textbook-graduated-22k:payments"
WHERE "paid" IS NULL) AS "e";
