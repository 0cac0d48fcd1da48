"""Explanations that were read line by line and found clear. Spaces that do not break are written as plain ones."""

from __future__ import annotations

# ruff: noqa: E501
GOLDEN: dict[str, dict[str, str]] = {
    "account-executive/commission/Ann/D2/2026-01": {
        "en": """\
“commission” of Ann for D2, booked in 2026-01: €200.00
Plan account-executive, version 2026-1. Line account-executive/commission/Ann/D2/2026-01

1. Pay by tiers, each slice at its own rate: €200.00  [plans/account-executive.yaml:59]
    - Tier 1, up to €20,000.00: €5,000.00 × 4% = €200.00  [plans/account-executive.yaml:63]
        - Upper border of tier 1, a share of the quota: 50% × €40,000.00 = €20,000.00  [plans/account-executive.yaml:63]
    - Attainment of “booked” with this credit: €10,000.00 ÷ €40,000.00 = 25%  [plans/account-executive.yaml:31]
        - “booked” of Ann in 2026, before and with this credit, number 2 of the window: €5,000.00 + €5,000.00 = €10,000.00  [plans/account-executive.yaml:31]
        - Quota “new business” of P-Ann, in force since 1 January 2025: €40,000.00  [plans/account-executive.yaml:31; quotas new_business/P-Ann/2025-01-01]

2. Credit in “bookings” for Ann, position P-Ann, from D2, dated 20 January 2026: €15,333.33 × 66.6667%, at most €5,000.00 in size = €5,000.00  [plans/account-executive.yaml:16]
    - Share by rule 1, the rest: 100% − 33.3333% = 66.6667%  [plans/account-executive.yaml:23]
    - Ann holds the position P-Ann on 20 January 2026; “owner” of the event names P-Ann
    - Credited “margin”: €6,333.33 × 66.6667% = €4,222.22  [plans/account-executive.yaml:16]
        - Amount of the event (“acv” minus “cost”): €15,333.33 − €9,000.00 = €6,333.33  [plans/account-executive.yaml:20]
    - Credited “units”: 120 × 66.6667% = 80.00004  [plans/account-executive.yaml:16]
    - Event D2 of “deals”  [deals D2, batch given, row 2]
        - “close date”: 20 January 2026
        - “acv”: €15,333.33
        - “cost”: €9,000.00
        - “fee”: US$0.00
        - “currency”: “EUR”
        - “pieces”: 120
        - “discount”: 16%
        - “owner”: “P-Ann”
        - “region”: “north”
        - “cancelled”: no
        - “deal type”: “expansion”

3. Part 1, paid out in 2026-01: €100.00  [plans/account-executive.yaml:64]

4. Part 2, waiting for its trigger: €100.00  [plans/account-executive.yaml:64]
""",
        "de": """\
„commission“ von Ann für D2, gebucht in 2026-01: 200,00 €
Plan account-executive, Fassung 2026-1. Zeile account-executive/commission/Ann/D2/2026-01

1. Vergütung nach Stufen, jeder Abschnitt zu seinem eigenen Satz: 200,00 €  [plans/account-executive.yaml:59]
    - Stufe 1, bis 20.000,00 €: 5.000,00 € × 4 % = 200,00 €  [plans/account-executive.yaml:63]
        - Obergrenze der Stufe 1, ein Anteil der Zielvorgabe: 50 % × 40.000,00 € = 20.000,00 €  [plans/account-executive.yaml:63]
    - Zielerreichung von „booked“ mit dieser Anrechnung: 10.000,00 € ÷ 40.000,00 € = 25 %  [plans/account-executive.yaml:31]
        - „booked“ von Ann in 2026, vor und mit dieser Anrechnung, der 2. des Zeitraums: 5.000,00 € + 5.000,00 € = 10.000,00 €  [plans/account-executive.yaml:31]
        - Zielvorgabe „new business“ von P-Ann, gültig seit 01.01.2025: 40.000,00 €  [plans/account-executive.yaml:31; quotas new_business/P-Ann/2025-01-01]

2. Anrechnung in „bookings“ für Ann, Stelle P-Ann, aus D2, vom 20.01.2026: 15.333,33 € × 66,6667 %, dem Betrag nach höchstens 5.000,00 € = 5.000,00 €  [plans/account-executive.yaml:16]
    - Anteil nach Regel 1, der Rest: 100 % − 33,3333 % = 66,6667 %  [plans/account-executive.yaml:23]
    - Ann hat die Stelle P-Ann am 20.01.2026; „owner“ des Eintrags nennt P-Ann
    - Angerechnet: „margin“: 6.333,33 € × 66,6667 % = 4.222,22 €  [plans/account-executive.yaml:16]
        - Betrag des Eintrags („acv“ minus „cost“): 15.333,33 € − 9.000,00 € = 6.333,33 €  [plans/account-executive.yaml:20]
    - Angerechnet: „units“: 120 × 66,6667 % = 80,00004  [plans/account-executive.yaml:16]
    - Eintrag D2 von „deals“  [deals D2, Lieferung given, Zeile 2]
        - „close date“: 20.01.2026
        - „acv“: 15.333,33 €
        - „cost“: 9.000,00 €
        - „fee“: 0,00 $
        - „currency“: „EUR“
        - „pieces“: 120
        - „discount“: 16 %
        - „owner“: „P-Ann“
        - „region“: „north“
        - „cancelled“: nein
        - „deal type“: „expansion“

3. Teil 1, ausgezahlt in 2026-01: 100,00 €  [plans/account-executive.yaml:64]

4. Teil 2, wartet auf seinen Auslöser: 100,00 €  [plans/account-executive.yaml:64]
""",
    },
    "field/lifted/Ann/D2/2026-01": {
        "en": """\
“lifted” of Ann for D2, booked in 2026-01: €386.67
Plan field, version 1. Line field/lifted/Ann/D2/2026-01

1. Pay by the tier that is reached, earlier credits of the window included: due with this credit minus due without it: €23,333.33 × 2% − €8,000.00 × 1% = €386.6666  [plans/field.yaml:43]
    - €23,333.33 lies in tier 2, above €20,000.00: 2%  [plans/field.yaml:43]
    - €8,000.00 lies in tier 1, up to €20,000.00: 1%  [plans/field.yaml:43]
    - “sold” of Ann in 2026-Q1, before and with this credit, number 2 of the window: €8,000.00 + €15,333.33 = €23,333.33  [plans/field.yaml:19]
    - The same in slices: €120.00 + €66.6666 + €200.00 = €386.6666
        - This credit: €12,000.00 × 1% = €120.00
        - This credit: €3,333.33 × 2% = €66.6666
        - Catch-up of what lies below: €20,000.00 × 1% = €200.00

2. Rounding: the rounded sum of 2026-01 with this line, minus that without it: €466.67 − €80.00 = €386.67  [plans/field.yaml:71]
    - Sum of 2026-01 with this line: €80.00 + €386.6666, rounded half up to 2 places = €466.67
    - Sum of 2026-01 without it: €80.00, rounded half up to 2 places = €80.00

3. Credit in “sales” for Ann, position P-Ann, from D2, dated 20 January 2026: €15,333.33 × 100% = €15,333.33  [plans/field.yaml:14]
    - Share by rule 1: 100%  [plans/field.yaml:14]
    - Ann holds the position P-Ann on 20 January 2026; “owner” of the event names P-Ann
    - Credited “gain”: €6,333.33 × 100% = €6,333.33  [plans/field.yaml:14]
        - Amount of the event (“acv” minus “cost”): €15,333.33 − €9,000.00 = €6,333.33  [plans/field.yaml:16]
    - Event D2 of “deals”  [deals D2, batch given, row 2]
        - “close date”: 20 January 2026
        - “acv”: €15,333.33
        - “cost”: €9,000.00
        - “fee”: US$0.00
        - “currency”: “EUR”
        - “pieces”: 120
        - “discount”: 16%
        - “owner”: “P-Ann”
        - “region”: “north”
        - “cancelled”: no
        - “deal type”: “expansion”
""",
        "de": """\
„lifted“ von Ann für D2, gebucht in 2026-01: 386,67 €
Plan field, Fassung 1. Zeile field/lifted/Ann/D2/2026-01

1. Vergütung nach der erreichten Stufe, auch für frühere Anrechnungen des Zeitraums: Anspruch mit dieser Anrechnung minus Anspruch ohne sie: 23.333,33 € × 2 % − 8.000,00 € × 1 % = 386,6666 €  [plans/field.yaml:43]
    - 23.333,33 € liegt in Stufe 2, über 20.000,00 €: 2 %  [plans/field.yaml:43]
    - 8.000,00 € liegt in Stufe 1, bis 20.000,00 €: 1 %  [plans/field.yaml:43]
    - „sold“ von Ann in 2026-Q1, vor und mit dieser Anrechnung, der 2. des Zeitraums: 8.000,00 € + 15.333,33 € = 23.333,33 €  [plans/field.yaml:19]
    - Dasselbe in Abschnitten: 120,00 € + 66,6666 € + 200,00 € = 386,6666 €
        - Diese Anrechnung: 12.000,00 € × 1 % = 120,00 €
        - Diese Anrechnung: 3.333,33 € × 2 % = 66,6666 €
        - Nachholung für das, was darunter liegt: 20.000,00 € × 1 % = 200,00 €

2. Rundung: die gerundete Summe von 2026-01 mit dieser Zeile, minus die ohne sie: 466,67 € − 80,00 € = 386,67 €  [plans/field.yaml:71]
    - Summe von 2026-01 mit dieser Zeile: 80,00 € + 386,6666 €, kaufmännisch gerundet auf 2 Stellen = 466,67 €
    - Summe von 2026-01 ohne sie: 80,00 €, kaufmännisch gerundet auf 2 Stellen = 80,00 €

3. Anrechnung in „sales“ für Ann, Stelle P-Ann, aus D2, vom 20.01.2026: 15.333,33 € × 100 % = 15.333,33 €  [plans/field.yaml:14]
    - Anteil nach Regel 1: 100 %  [plans/field.yaml:14]
    - Ann hat die Stelle P-Ann am 20.01.2026; „owner“ des Eintrags nennt P-Ann
    - Angerechnet: „gain“: 6.333,33 € × 100 % = 6.333,33 €  [plans/field.yaml:14]
        - Betrag des Eintrags („acv“ minus „cost“): 15.333,33 € − 9.000,00 € = 6.333,33 €  [plans/field.yaml:16]
    - Eintrag D2 von „deals“  [deals D2, Lieferung given, Zeile 2]
        - „close date“: 20.01.2026
        - „acv“: 15.333,33 €
        - „cost“: 9.000,00 €
        - „fee“: 0,00 $
        - „currency“: „EUR“
        - „pieces“: 120
        - „discount“: 16 %
        - „owner“: „P-Ann“
        - „region“: „north“
        - „cancelled“: nein
        - „deal type“: „expansion“
""",
    },
    "field/kept/Bob/2026-02/2026-02": {
        "en": """\
“kept” of Bob for 2026-02, booked in 2026-02: €75.00
Plan field, version 1. Line field/kept/Bob/2026-02/2026-02

1. Pay by the formula: €45.00 + 0.001 × €30,000.01 = €75.00001  [plans/field.yaml:58]
    - “owed” of Bob in 2026-02: the largest of (0; 45), rounded half up to 2 places = 45  [plans/field.yaml:29]
        - “owed” before, at 2026-01: 47.5
        - Input “score” of P-Bob for 2026-02: 25%  [plans/field.yaml:12; inputs score/P-Bob]
        - In between: the previous “owed” minus (“score” times 10): 47.5 − 25% × 10 = 45
    - “trailing” of Bob, the window to the end of 2026-02 (credits in 2026-02 itself: 1): €30,000.01  [plans/field.yaml:25]

2. Rounding: €75.00001, rounded half up to 2 places = €75.00  [plans/field.yaml:71]
""",
        "de": """\
„kept“ von Bob für 2026-02, gebucht in 2026-02: 75,00 €
Plan field, Fassung 1. Zeile field/kept/Bob/2026-02/2026-02

1. Vergütung nach der Formel: 45,00 € + 0,001 × 30.000,01 € = 75,00001 €  [plans/field.yaml:58]
    - „owed“ von Bob in 2026-02: der größte Wert von (0; 45), kaufmännisch gerundet auf 2 Stellen = 45  [plans/field.yaml:29]
        - „owed“ zuvor, bei 2026-01: 47,5
        - Eingabe „score“ von P-Bob für 2026-02: 25 %  [plans/field.yaml:12; inputs score/P-Bob]
        - Zwischenergebnis: „owed“ der vorigen Zeile minus („score“ mal 10): 47,5 − 25 % × 10 = 45
    - „trailing“ von Bob, der Zeitraum bis zum Ende von 2026-02 (Anrechnungen in 2026-02 selbst: 1): 30.000,01 €  [plans/field.yaml:25]

2. Rundung: 75,00001 €, kaufmännisch gerundet auf 2 Stellen = 75,00 €  [plans/field.yaml:71]
""",
    },
    "field/commission/Ann/D1/2026-01": {
        "en": """\
“Commission” of Ann for D1, booked in 2026-01: €300.00
Plan field, version 1. Line field/commission/Ann/D1/2026-01

1. Pay by tiers, each slice at its own rate: €264.00  [plans/field.yaml:36]
    - Tier 1, up to €20,000.00: €8,000.00 × 3.3% = €264.00  [plans/field.yaml:41]
    - “sold” of Ann in 2026-Q1, before and with this credit, number 1 of the window: €0.00 + €8,000.00 = €8,000.00  [plans/field.yaml:19]

2. Within the limit of a line: €264.00, at most €400.00 in size = €264.00  [plans/field.yaml:42]
    - Number of the plan “cap of line”: €400.00  [plans/field.yaml:9]

3. Overridden instead of €264.00: agreed in writing → €300.00  [overrides O1]

4. Credit in “sales” for Ann, position P-Ann, from D1, dated 10 January 2026: €8,000.00 × 100% = €8,000.00  [plans/field.yaml:14]
    - Share by rule 1: 100%  [plans/field.yaml:14]
    - Ann holds the position P-Ann on 10 January 2026; “owner” of the event names P-Ann
    - Credited “gain”: €7,000.00 × 100% = €7,000.00  [plans/field.yaml:14]
        - Amount of the event (“acv” minus “cost”): €8,000.00 − €1,000.00 = €7,000.00  [plans/field.yaml:16]
    - Event D1 of “deals”  [deals D1, batch given, row 1]
        - “close date”: 10 January 2026
        - “acv”: €8,000.00
        - “cost”: €1,000.00
        - “fee”: US$0.00
        - “currency”: “EUR”
        - “pieces”: 3
        - “discount”: 0%
        - “owner”: “P-Ann”
        - “region”: “north”
        - “cancelled”: no
        - “deal type”: “new”
        - “item”: “Top”
""",
        "de": """\
„Provision“ von Ann für D1, gebucht in 2026-01: 300,00 €
Plan field, Fassung 1. Zeile field/commission/Ann/D1/2026-01

1. Vergütung nach Stufen, jeder Abschnitt zu seinem eigenen Satz: 264,00 €  [plans/field.yaml:36]
    - Stufe 1, bis 20.000,00 €: 8.000,00 € × 3,3 % = 264,00 €  [plans/field.yaml:41]
    - „sold“ von Ann in 2026-Q1, vor und mit dieser Anrechnung, der 1. des Zeitraums: 0,00 € + 8.000,00 € = 8.000,00 €  [plans/field.yaml:19]

2. Innerhalb des Höchstbetrags einer Zeile: 264,00 €, dem Betrag nach höchstens 400,00 € = 264,00 €  [plans/field.yaml:42]
    - Zahl des Plans „cap of line“: 400,00 €  [plans/field.yaml:9]

3. Ersetzt statt 264,00 €: agreed in writing → 300,00 €  [overrides O1]

4. Anrechnung in „sales“ für Ann, Stelle P-Ann, aus D1, vom 10.01.2026: 8.000,00 € × 100 % = 8.000,00 €  [plans/field.yaml:14]
    - Anteil nach Regel 1: 100 %  [plans/field.yaml:14]
    - Ann hat die Stelle P-Ann am 10.01.2026; „owner“ des Eintrags nennt P-Ann
    - Angerechnet: „gain“: 7.000,00 € × 100 % = 7.000,00 €  [plans/field.yaml:14]
        - Betrag des Eintrags („acv“ minus „cost“): 8.000,00 € − 1.000,00 € = 7.000,00 €  [plans/field.yaml:16]
    - Eintrag D1 von „deals“  [deals D1, Lieferung given, Zeile 1]
        - „close date“: 10.01.2026
        - „acv“: 8.000,00 €
        - „cost“: 1.000,00 €
        - „fee“: 0,00 $
        - „currency“: „EUR“
        - „pieces“: 3
        - „discount“: 0 %
        - „owner“: „P-Ann“
        - „region“: „north“
        - „cancelled“: nein
        - „deal type“: „new“
        - „item“: „Top“
""",
    },
}
