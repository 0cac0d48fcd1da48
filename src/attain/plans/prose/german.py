"""Jeder Satz einer Planbeschreibung auf Deutsch: every sentence in German. `english.py` has the same keys.

Every phrase that may be filled into another sentence is feminine or neuter, so that it is the same as subject and as
object; only behind "von" it changes, and `after_of` does that.
"""

from __future__ import annotations

import re

from attain.plans.prose.german_words import WORDS


def after_of(words: str) -> str:
    """The dative behind "von".

    >>> after_of("die Zielerreichung bei „booked“"), after_of("die kleinere Zahl aus 1 und 2"), after_of("„booked“")
    ('der Zielerreichung bei „booked“', 'der kleineren Zahl aus 1 und 2', '„booked“')
    """
    words = re.sub(r"^(die|das) ([a-zäöüß]+e) ", r"\1 \2n ", words)
    return re.sub(r"^das ", "dem ", re.sub(r"^die ", "der ", words))


SENTENCES: dict[str, str] = {
    **WORDS,
    # Title and frame
    "title": "{title}, Fassung {version}",
    "heading.frame": "Was dieser Plan ist",
    "heading.numbers": "Werte, die geändert werden können",
    "heading.inputs": "Werte, die eingegeben werden",
    "heading.credits": "Was zählt",
    "heading.credit": "Anrechnungen {name}",
    "heading.measures": "Was gemessen wird",
    "heading.values": "Was zwischendurch berechnet wird",
    "heading.tables": "Tabellen",
    "heading.table": "Tabelle {name}",
    "heading.components": "Was gezahlt wird",
    "heading.settlement": "Wie ausgezahlt wird",
    "heading.policies": "Regeln für alle Fälle",
    "frame.days": "Dieser Plan gilt vom {start} bis zum {end}; beide Tage zählen mit.",
    "frame.open": "Dieser Plan gilt ab dem {start}.",
    "frame.everybody": "Er gilt für alle.",
    "frame.participants": "Er gilt für alle, auf die zutrifft: {condition}.",
    "frame.pay": "Die Vergütung wird in {currency} berechnet und je {kind} abgerechnet.",
    "frame.calendar": "Wochen, Monate, Quartale und Jahre richten sich nach dem Kalender {calendar}.",
    "frame.uses": "Er schließt die Regeln von {names} ein.",
    "numbers.sentence": (
        "Diese Werte gelten, solange für eine Person, eine Stelle oder eine Stellenbezeichnung nichts anderes "
        "vereinbart ist."
    ),
    "numbers.name": "Name",
    "numbers.type": "Art",
    "numbers.value": "Wert",
    "inputs.given": "Eingabe",
    "inputs.least": "Mindestens",
    "inputs.most": "Höchstens",
    "inputs.missing": "Solange der Wert fehlt",
    "inputs.hold": "wird nicht gezahlt, was ihn braucht",
    "inputs.counts": "zählt er als {value}",
    # Credits
    "credit.from": "Jeder Eintrag aus {fact} zählt an seinem eigenen Datum.",
    "credit.dated": "Jeder Eintrag aus {fact} zählt an diesem Datum: {date}.",
    "credit.when": "Ein Eintrag zählt nur, wenn zutrifft: {condition}.",
    "credit.amount": "Als Betrag zählt: {amount}.",
    "credit.amounts": "Es zählen diese Beträge: {amounts}. Der erste davon ist die angerechnete Summe.",
    "credit.named_amount": "{name} = {amount}",
    "credit.convert": (
        "Ein Betrag in einer anderen Währung wird in {currency} umgerechnet, mit dem Kurs {rate} für {day}; "
        "ein Kurs darf bis zu {within} alt sein."
    ),
    "credit.day": "das Anrechnungsdatum",
    "credit.to": "Die Anrechnung erhält:",
    "recipient.direct": "{column} des Eintrags",
    "recipient.related": "{column} jedes zugehörigen Eintrags aus {fact}",
    "recipient.relationship": "wer {kind} zu einer unmittelbar angerechneten Person ist",
    "recipient.relationship_of": "wer {kind} zu {subject} ist",
    "recipient.manager": "die Führungskraft jeder unmittelbar angerechneten Person",
    "recipient.managers": "die Führungskräfte jeder unmittelbar angerechneten Person, bis zu {levels} Ebenen darüber",
    "recipient.share": "{who} mit {share}",
    "recipient.rest": "{who} mit dem, was die anderen von 100\N{NO-BREAK SPACE}% übrig lassen",
    "recipient.own_share": "{who} mit dem Anteil der Beziehung, sonst 100\N{NO-BREAK SPACE}%",
    "recipient.level_shares": "{who} mit {shares}, Ebene für Ebene",
    "recipient.role": "{recipient}, als {role}",
    "recipient.when": "{recipient}, wenn zutrifft: {condition}",
    "credit.limit": "Eine Anrechnung zählt höchstens mit {limit}.",
    "credit.once": "Eine Person erhält für denselben Eintrag nur eine Anrechnung, auch wenn mehrere dieser "
    "Regeln sie nennen.",
    # Measures
    "measure.sum": "{name} summiert die angerechneten Beträge aus {credits} {window}.",
    "measure.sum_amount": "{name} summiert {amount} aus {credits} {window}.",
    "measure.sum_of": "{name} summiert für jede Anrechnung aus {credits} {window}: {formula}.",
    "measure.count": "{name} zählt die Anrechnungen aus {credits} {window}.",
    "measure.team": "Die Anrechnungen aller Mitglieder des Teams zählen zusammen.",
    "measure.company": "Die Anrechnungen aller Personen des Plans zählen zusammen.",
    "measure.where": "Es zählen nur Anrechnungen, auf die zutrifft: {condition}.",
    "measure.quota.full": "Die Zielerreichung ist der Wert geteilt durch die ganze Zielvorgabe {quota}.",
    "measure.quota.to_date": "Die Zielerreichung ist der Wert geteilt durch die bis dahin geltende Zielvorgabe "
    "{quota}.",
    "measure.prorate": "Die Zielvorgabe wird auf die Tage im Plan gekürzt.",
    "measure.relief": "Tage der Abwesenheit senken die Zielvorgabe.",
    # Values
    "value.plain": "{name} ist {formula}.",
    "value.grain": "{name}, berechnet {grain}, ist {formula}.",
    "value.each": "{name}, berechnet für jede Anrechnung aus {credits} der Reihe nach, ist {formula}.",
    "value.each_within": (
        "{name}, berechnet für jede Anrechnung aus {credits} der Reihe nach innerhalb von {column}, ist {formula}."
    ),
    "value.start": "Am Anfang steht {start}.",
    "value.over": "Die Zählung beginnt mit jedem neuen Zeitraum von vorn: {window}.",
    "value.round": "Gerundet wird auf {places} Nachkommastellen.",
    # Tables
    "table.border.upper": "Ein Wert genau auf einer Grenze gehört zur oberen Stufe.",
    "table.border.lower": "Ein Wert genau auf einer Grenze gehört zur unteren Stufe.",
    "table.from": "Von",
    "table.to": "Bis",
    "table.above": "ohne Ende",
    "table.rate": "Satz",
    "table.factor": "Faktor",
    "table.per_unit": "Je Einheit",
    "table.amount": "Betrag",
    "table.value": "Wert",
    "table.at": "Bei",
    "table.pays": "Ergebnis",
    "table.slope": "Je weitere Einheit",
    "table.up_to": "bis {border}",
    "table.beyond": "über {border}",
    "table.by_row": "{row} \\ {column}",
    "table.match.unique": "Höchstens eine Zeile passt.",
    "table.match.first": "Es gilt die erste Zeile, die passt.",
    "table.match.most_specific": "Von den passenden Zeilen gilt die genaueste; weiter rechts stehende Merkmale "
    "wiegen mehr.",
    "table.otherwise": "Passt keine Zeile, gilt {value}.",
    "table.unmatched": "Passt keine Zeile, gibt es kein Ergebnis.",
    "curve.below": "Unter der ersten Marke ergibt sich {value}.",
    "curve.below.flat": "Unter der ersten Marke ergibt sich dasselbe wie an der Marke.",
    "curve.below.extend": "Unter der ersten Marke geht die Linie gerade weiter.",
    "curve.above": "Über der letzten Marke ergibt sich {value}.",
    "curve.above.flat": "Über der letzten Marke ergibt sich dasselbe wie an der Marke.",
    "curve.above.extend": "Über der letzten Marke geht die Linie gerade weiter.",
    "curve.between": "Zwischen zwei Marken verläuft die Linie gerade.",
    # Components
    "component.each": "Je Anrechnung aus {credits}",
    "component.per": "Je Person und {kind}",
    "component.per.team": "Je Team und {kind}",
    "component.per.company": "Für das Unternehmen je {kind}",
    "component.percent": "{row} wird gezahlt: {pay}.",
    "component.per_unit": "{row} wird gezahlt: {amount} je Einheit von {of}.",
    "component.fixed": "{row} wird gezahlt: {amount}.",
    "component.formula": "{row} wird gezahlt: {formula}.",
    "component.marginal": "{row} wird jeder Abschnitt mit dem Ergebnis seiner eigenen Stufe bezahlt; die Stufe "
    "bestimmt: {by}.",
    "component.base.quota": "Ein Ergebnis gilt für den Abschnitt der Zielvorgabe, den es abdeckt.",
    "component.base.slice": "Ein Ergebnis gilt für den Abschnitt selbst.",
    "component.base.of": "100\N{NO-BREAK SPACE}% der Tabelle stehen für {of}.",
    "component.whole": "{row} wird {of} im Ganzen mit dem Ergebnis der erreichten Stufe bezahlt; die Stufe "
    "bestimmt: {by}.",
    "component.whole_amount": "{row} wird der Betrag der erreichten Stufe gezahlt; die Stufe bestimmt: {by}.",
    "component.whole_amount_of": "{row} wird der Betrag der erreichten Stufe gezahlt, mal {of}; die Stufe "
    "bestimmt: {by}.",
    "component.retroactive.yes": (
        "Wird eine andere Stufe erreicht, ändert das auch die früheren Anrechnungen des Zeitraums; "
        "der Unterschied wird mit der Anrechnung gezahlt, die sie erreicht."
    ),
    "component.retroactive.no": "Frühere Anrechnungen behalten ihr Ergebnis.",
    "component.curve": "{row} wird der Teil von {of} gezahlt, den die Kurve ergibt; den Ort auf der Kurve "
    "bestimmt: {by}.",
    "component.lookup.amount": "{row} wird der Betrag gezahlt, der in {table} in der Zeile für {by} steht.",
    "component.lookup.times": "{row} wird gezahlt, was {table} in der Zeile für {by} nennt, mal {of}.",
    "component.lookup.both": "{row} entscheidet die Zeile von {table} für {by}: ein Betrag wird gezahlt, wie er "
    "dasteht, alles andere mal {of}.",
    "component.table": "Die Tabelle dazu ist {table}.",
    "component.pool.plan": "{row} wird {amount} auf alle Personen des Plans verteilt, nach Gewicht: {weight}.",
    "component.pool.team": "{row} wird {amount} auf die Mitglieder des Teams verteilt, nach Gewicht: {weight}.",
    "component.leavers.share": "Wer am letzten Tag nicht mehr im Plan ist, erhält trotzdem einen Teil.",
    "component.leavers.forfeit": "Wer am letzten Tag nicht mehr im Plan ist, erhält nichts, und die anderen "
    "erhalten mehr.",
    "component.leavers.lost": "Wer am letzten Tag nicht mehr im Plan ist, erhält nichts, und dieser Teil verfällt.",
    "component.prizes.plan": "{row} wird unter allen Personen des Plans verglichen: {by}. Die Preise vom ersten "
    "Platz an: {prizes}.",
    "component.prizes.team": "{row} wird unter den Mitgliedern jedes Teams verglichen: {by}. Die Preise vom "
    "ersten Platz an: {prizes}.",
    "component.ties.share": "Wer gleichauf liegt, teilt sich die Preise der belegten Plätze.",
    "component.ties.each": "Wer gleichauf liegt, erhält jeweils den besseren Preis.",
    "component.over": "Es zählt alles {window}; jede Zeile zahlt, was seit der vorigen hinzugekommen ist.",
    "component.when": "Gezahlt wird nur, wenn zutrifft: {condition}.",
    "component.position.before": "Es zählt der Stand vor der Anrechnung.",
    "component.position.after": "Es zählt der Stand mit der Anrechnung.",
    "component.position.total": "Es zählt der Stand am Ende des ganzen Zeitraums.",
    "component.times": "Das Ergebnis wird malgenommen mit: {factor}.",
    "component.prorate": "Es wird auf die Tage im Plan gekürzt.",
    "component.gate": "Die Zeile ist 0, außer es trifft zu: {condition}.",
    "component.limit": "Eine Zeile zahlt höchstens {amount}.",
    "component.limit.lost": "Höchstens {amount} werden {window} gezahlt; was darüber liegt, verfällt.",
    "component.limit.carried": "Höchstens {amount} werden {window} gezahlt; was darüber liegt, wartet auf den "
    "nächsten Zeitraum.",
    "component.budget.part": "Alle zusammen erhalten höchstens {amount}; die Zeile, die das überschreitet, wird "
    "zum Teil gezahlt.",
    "component.budget.whole": "Alle zusammen erhalten höchstens {amount}; die Zeile, die das überschreitet, "
    "wird noch ganz gezahlt.",
    "component.budget.none": "Alle zusammen erhalten höchstens {amount}; die Zeile, die das überschreitet, wird "
    "nicht gezahlt.",
    "component.floor": "Mindestens {amount} werden {window} gezahlt.",
    "component.round": "Eine Zeile wird auf {places} Nachkommastellen gerundet.",
    "component.clause": "Vergütungsvereinbarung: {clause}.",
    # Worked examples
    "example.marginal.quota": "Beispiel: Bei einer Zielvorgabe von {quota} bringt eine Zielerreichung von {at}: "
    "{parts}; zusammen {total}.",
    "example.marginal": "Beispiel: {at} bringen {parts}; zusammen {total}.",
    "example.slice": "{rate} von {width} = {pay}",
    "example.slice.per_unit": "{rate} für jede von {width} = {pay}",
    "example.slice.part": "{share} von {rate} = {pay}",
    "example.whole.quota": (
        "Beispiel: Bei einer Zielvorgabe von {quota} bringt eine Zielerreichung von {at}: {rate} von {amount} = "
        "{total}."
    ),
    "example.whole": "Beispiel: Bei {at} ist das Ergebnis {rate}.",
    "example.whole.amount": "Beispiel: {at} bringen {rate} von {at} = {total}.",
    "example.curve": "Beispiel: Bei {at} ergibt die Kurve {pays}.",
    # Release and settlement
    "release.sentence": "Eine Zeile wird in Teilen ausgezahlt:",
    "release.own": "Ihre Zeilen werden in Teilen ausgezahlt:",
    "release.share": "{share}",
    "release.rest": "der Rest",
    "release.now": "{share} sofort",
    "release.after": "{share} nach {delay}",
    "release.after_day": "{share} nach {delay}, am {day}. Tag des Monats",
    "release.day": "{share} am {day}. Tag des Monats",
    "release.at": "{share} an diesem Datum: {date}",
    "release.several": "{part}, in {count} gleichen Teilen, einer je {kind}",
    "release.several.plain": "{part}, in {count} gleichen Teilen",
    "release.when": "{part}, sobald {trigger} eingetreten ist",
    "trigger.first": "{name} tritt mit dem ersten zugehörigen Eintrag aus {fact} ein, gefunden über {match}.",
    "trigger.part": (
        "{name} tritt nach und nach mit den zugehörigen Einträgen aus {fact} ein, gefunden über {match}: "
        "frei wird die Summe von {part} geteilt durch {of}, höchstens 100\N{NO-BREAK SPACE}%."
    ),
    "trigger.where": "Es zählen nur Einträge, auf die zutrifft: {condition}.",
    "settlement.cap.lost": "Alle Zeilen des Plans zusammen zahlen {window} höchstens {amount}; was darüber "
    "liegt, verfällt.",
    "settlement.cap.carried": (
        "Alle Zeilen des Plans zusammen zahlen {window} höchstens {amount}; was darüber liegt, wartet auf den "
        "nächsten Zeitraum."
    ),
    "settlement.clawback.full": "Wird ein Eintrag zurückgenommen, wird die dafür gezahlte Zeile ganz "
    "zurückgefordert{within}.",
    "settlement.clawback.pro_rata": (
        "Wird ein Eintrag zurückgenommen, wird ein Teil der dafür gezahlten Zeile zurückgefordert, der Tag für "
        "Tag bis auf null sinkt{within}."
    ),
    "settlement.clawback.steps": (
        "Wird ein Eintrag zurückgenommen, wird ein Teil der dafür gezahlten Zeile zurückgefordert{within}: {steps}."
    ),
    "settlement.clawback.within": " (innerhalb von {delay})",
    "settlement.clawback.step": "{share} bis {delay} nach dem Anrechnungsdatum",
    "settlement.clawback.reversed": "Die Rücknahme senkt auch, was gemessen wird.",
    "settlement.clawback.kept": "Die Rücknahme senkt nicht, was gemessen wird.",
    "settlement.guarantee": "In jedem Abrechnungszeitraum werden mindestens {amount} gezahlt.",
    "settlement.while": "Das gilt, solange zutrifft: {condition}.",
    "settlement.prorate": "Der Betrag wird auf die Tage im Plan gekürzt.",
    "settlement.draw.top_up": "Vorschuss: In jedem Abrechnungszeitraum wird auf {amount} aufgestockt.",
    "settlement.draw.on_top": "Vorschuss: In jedem Abrechnungszeitraum werden {amount} zusätzlich gezahlt.",
    "settlement.draw.in_advance": (
        "Vorschuss: Zu Beginn jedes Abrechnungszeitraums werden {amount} gezahlt und an dessen Ende mit der "
        "Vergütung verrechnet."
    ),
    "settlement.draw.kept": "Der Vorschuss muss nicht zurückgezahlt werden.",
    "settlement.draw.recover": (
        "Ab Abrechnungszeitraum {period} tilgen {share} von dem, was über {keeps} hinaus verdient wird, den Vorschuss."
    ),
    "settlement.pay_in": (
        "Ausgezahlt wird in {currency}, umgerechnet mit dem Kurs {rate} für {day}; ein Kurs darf bis zu "
        "{within} alt sein."
    ),
    "settlement.pay_in.payee": "der Währung der Person",
    "settlement.pay_in.day": "das Ende des Abrechnungszeitraums",
    # Policies
    "policy.rounding.half_up": "Eine Hälfte wird aufgerundet, weg von null.",
    "policy.rounding.half_down": "Eine Hälfte wird abgerundet, zur Null hin.",
    "policy.rounding.half_even": "Eine Hälfte wird zur geraden Nachbarzahl gerundet.",
    "policy.rounding.up": "Beträge werden aufgerundet, weg von null.",
    "policy.rounding.down": "Beträge werden abgerundet, zur Null hin.",
    "policy.rounding.ceiling": "Beträge werden auf den nächsthöheren gerundet.",
    "policy.rounding.floor": "Beträge werden auf den nächstniedrigeren gerundet.",
    "policy.scope.line": "Jede Zeile wird für sich gerundet.",
    "policy.scope.running": (
        "Zeilen werden so gerundet, dass die eines Abrechnungszeitraums zusammen die gerundete Summe ergeben."
    ),
    "policy.split.exact": "Ein geteilter Betrag bleibt genau; seine Teile werden nicht gerundet.",
    "policy.split.cents": "Ein geteilter Betrag wird so gerundet, dass seine Teile auf den Cent genau aufgehen.",
    "policy.border.upper": "Wo eine Tabelle nichts anderes sagt, gehört ein Wert genau auf einer Grenze zur "
    "oberen Stufe.",
    "policy.border.lower": "Wo eine Tabelle nichts anderes sagt, gehört ein Wert genau auf einer Grenze zur "
    "unteren Stufe.",
    "policy.position.before": "Wo nichts anderes gesagt ist, entscheidet der Stand vor der Anrechnung.",
    "policy.position.after": "Wo nichts anderes gesagt ist, entscheidet der Stand mit der Anrechnung.",
    "policy.position.total": "Wo nichts anderes gesagt ist, entscheidet der Stand am Ende des ganzen Zeitraums.",
    "policy.missing.hold": "Was nicht berechnet werden kann, weil ein Wert fehlt, wird nicht gezahlt und aufgelistet.",
    "policy.missing.zero": "Was nicht berechnet werden kann, weil ein Wert fehlt, zählt als 0.",
    "policy.quota_change.on_event": "Ändert sich eine Zielvorgabe, gilt für jede Anrechnung die ihres eigenen Datums.",
    "policy.quota_change.prorated": "Ändert sich eine Zielvorgabe, gilt das Mittel über die Tage des Zeitraums.",
    "policy.quota_change.reset": "Ändert sich eine Zielvorgabe, beginnt die Zählung mit der neuen von vorn.",
    "policy.follows.person": "Wer die Stelle wechselt, behält das Erreichte.",
    "policy.follows.position": "Das Erreichte bleibt bei der Stelle; wer sie übernimmt, erbt es.",
    "policy.negative_pay.carry": (
        "Ist die Summe eines Abrechnungszeitraums negativ, wird nichts gezahlt und die Summe in den nächsten "
        "übertragen."
    ),
    "policy.negative_pay.collect": "Ist die Summe eines Abrechnungszeitraums negativ, wird sie zurückgefordert.",
    "policy.late_facts.difference": (
        "Was nach dem Abschluss eines Zeitraums eintrifft, wird als Unterschied im offenen Zeitraum gezahlt."
    ),
    "policy.late_facts.restatement": (
        "Was nach dem Abschluss eines Zeitraums eintrifft, wird im offenen Zeitraum gezahlt, "
        "als Unterschied, der den berichtigten Zeitraum nennt."
    ),
    "policy.version_change.split": (
        "Ändert sich der Plan, behalten frühere Anrechnungen die frühere Fassung; Summen laufen weiter."
    ),
    # Differences between two versions
    "difference.added": "Neu: {place}: {after}.",
    "difference.removed": "Nicht mehr: {place}: {before}.",
    "difference.changed": "{place}: {after} statt {before}.",
    "difference.none": "Beide Fassungen sagen dasselbe.",
    "difference.place": "Stelle",
    "difference.before": "Vorher",
    "difference.after": "Nachher",
    "difference.money": "Bewegt Geld",
}
