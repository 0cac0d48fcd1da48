"""Names where measures and values are known: at a credit, at a payee's period, and at a period of a team or the
company."""

from __future__ import annotations

from sqlglot import exp

from attain.engine import fractions as frac
from attain.engine.compilation import Compilation
from attain.engine.formulas import Kind, Plain, Sql, numeric
from attain.engine.fractions import Num
from attain.engine.frame import Frame, col, named, table
from attain.engine.scopes import PERSON_FIELDS, POSITION_FIELDS, PlaceScope
from attain.engine.scopes_credit import CreditBase, period_field
from attain.engine.sql import all_of, case, cast
from attain.engine.stages import measure as measures
from attain.engine.stages import quota as quotas
from attain.engine.stages.day_shares import begun_shares, day_shares
from attain.engine.stages.rows import payee_rows
from attain.kernel.errors import PlanError
from attain.plans import expressions as tree
from attain.plans.model import Measure, Plan


class Reader(PlaceScope):
    """What a credit and a payee's period have in common: quotas, values with a grain, inputs, components."""

    window_prefix = "@"

    def subjects(self) -> list[exp.Expr]:
        """Whose quotas and inputs are read, nearest first."""
        raise NotImplementedError

    def payee(self) -> exp.Expr:
        raise NotImplementedError

    def position(self) -> exp.Expr:
        raise NotImplementedError

    def period_of(self, kind: str) -> exp.Expr:
        """The id of the period of a kind that holds the row's day."""
        raise NotImplementedError

    def reading_day(self) -> exp.Expr:
        """The day on which the payee's quota, team and position are read."""
        return self.day()

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        plan = self.plan
        if parts[0] in plan.measures:
            found = self.measure(parts[0], plan.measures[parts[0]], parts[1] if len(parts) == 2 else "")
            if found is not None:
                return found
            raise PlanError(
                f"`{'.'.join(parts)}` cannot be read here.",
                code="plan.ambiguous-measure",
                hint="At a credit say .before, .after or .total.",
            )
        if parts[0] in plan.inputs:
            return self.input(parts[0])
        if parts[0] in plan.values and (plan.values[parts[0]].per or plan.values[parts[0]].each):
            return self.value(parts[0])
        if parts[0] in plan.components:
            return self.component(parts[0])
        return super().resolve(parts)

    # -- measures --

    def measure(self, name: str, measure: Measure, field: str) -> Sql | None:
        raise NotImplementedError

    def checked_quota(self, name: str, measure: Measure) -> Num:
        """The quota when it is above zero, else missing."""
        quota = self.pin(self.quota(name, measure) if measure.quota is None else self._quota_read(name))
        if quota.constant is not None:
            return quota if quota.constant > 0 else frac.MISSING
        above = exp.GT(this=frac.group(quota.numerator), expression=frac.integer(0))
        return self.pin(Num(case().when(above, quota.numerator, copy=False), quota.denominator, quota.divisor))

    def _quota_read(self, name: str) -> Num:
        """As a formula reads it: looked up once, however many read it."""
        return numeric(tree.Name((name, "quota")), self)

    def quota(self, name: str, measure: Measure) -> Num:
        if measure.quota is None:
            raise PlanError(
                f"The measure `{name}` has no quota.",
                code="plan.no-quota",
            )
        if measure.quota in self.plan.parameters or measure.quota in self.plan.values:
            quota = numeric(tree.Name((measure.quota,)), self)
            if measure.against == "to_date":
                quota = frac.product(quota, self.begun(measure))
        else:
            found = quotas.figures(self.compilation, self.plan, measure)
            kind = measures.window_kind(self.plan, measure)
            key = self.period_of(self.plan.period) if measure.against == "to_date" else self._window_key(kind)
            quota, _ = quotas.join(self.frame, found, self._quota_subjects(measure), key, self.day())
        if measure.prorate is not None:
            quota = frac.product(quota, self.share_of_days(measure, "active"))
        if measure.relief is not None:
            quota = frac.product(quota, self.share_of_days(measure, "relief"))
        return quota

    def _window_key(self, kind: str) -> exp.Expr:
        return exp.Literal.string("plan") if kind in ("plan", "rolling", "column") else self.period_of(kind)

    def _quota_subjects(self, measure: Measure) -> list[exp.Expr]:
        if measure.for_ == "company":
            return [exp.Literal.string("company")]
        return [self.team()] if measure.for_ == "team" else self.subjects()

    def team(self) -> exp.Expr:
        if not hasattr(self, "_team"):
            self._team = measures.team_of(
                self.compilation, self.frame, self.payee(), self.position(), self.reading_day()
            )
        return self._team

    def begun(self, measure: Measure) -> Num:
        """The share of the window's pay periods that have begun."""
        source, scale = begun_shares(self.compilation, self.plan, measures.window_kind(self.plan, measure))
        name = self.frame.fresh("begun")
        self.frame.join(table(source), {"period": self.period_of(self.plan.period)}, {name: "share"})
        return Num(col(name), scale)

    def share_of_days(self, measure: Measure, what: str) -> Num:
        """Days on the plan, or days not on leave, as a share of the window's days."""
        kind = measures.window_kind(self.plan, measure)
        source, scale = day_shares(self.compilation, kind, what)
        name = self.frame.fresh("share")
        self.frame.join(table(source), {"payee": self.payee(), "period": self.period_of(kind)}, {name: "share"})
        otherwise = frac.integer(0 if what == "active" else scale)
        return Num(exp.Coalesce(this=col(name), expressions=[otherwise]), scale)

    # -- values, inputs, components --

    def is_own_period(self, kind: str) -> bool:
        """Whether a period of the kind that is read here is the row's own, of the same version."""
        return False

    def value(self, name: str) -> Sql:
        from attain.engine.stages import values

        said = self.plan.values[name]
        if said.per is None:
            raise PlanError(f"`{name}` is known at credits of `{said.each}` only.", code="plan.wrong-place")
        own = values.value_table if self.is_own_period(said.per.kind) else values.of_all_versions
        found = own(self.compilation, self.plan, name)
        subject = {"company": lambda: exp.Literal.string("company"), "team": self.team, "payee": self.payee}[
            said.per.subject
        ]()
        return self.taken(found, {"subject": subject, "period": self.period_of(said.per.kind)})

    def taken(self, found: object, on: dict[str, exp.Expr]) -> Sql:
        from attain.engine.stages.values import Stored

        if not isinstance(found, Stored):
            raise TypeError(found)
        name = self.frame.fresh("x")
        take = {name: "x", **({f"{name}/": "x/"} if found.has_divisor else {})}
        self.frame.join(table(found.table), on, take)
        if found.kind != "number":
            return Plain(found.kind, col(name))  # type: ignore[arg-type]
        return Num(col(name), found.denominator, col(f"{name}/") if found.has_divisor else None)

    def input(self, name: str) -> Sql:
        said = self.plan.inputs[name]
        if said.per.subject == "payee":
            subjects = self.subjects()
        else:
            subjects = [exp.Literal.string("company") if said.per.subject == "company" else self.team()]
        last = self.last_day_of(said.per.kind)
        values = []
        for subject in subjects:
            taken = self.frame.fresh("in")
            since, until = f"{taken}.from", f"{taken}.to"
            dated = all_of(
                exp.LTE(this=col(since), expression=exp.Paren(this=last)),
                exp.LT(this=exp.Paren(this=last), expression=col(until)),
            )
            self.frame.join(
                table("inputs"),
                {"input": exp.Literal.string(name), "subject": subject},
                {taken: "value", since: "valid_from", until: "valid_to"},
                also=dated,
            )
            values.append(cast(col(taken), frac.WIDE))
        number = Num(exp.Coalesce(this=values[0], expressions=values[1:]) if len(values) > 1 else values[0], 10**6)
        number = self._in_range(self.pin(number), said.min, said.max)
        if isinstance(said.missing, tree.Expr):
            number = frac.choose(
                [(exp.Not(this=exp.Paren(this=number.is_missing)), number)], numeric(said.missing, self)
            )
        if said.type == "yes_no":
            return Plain("yes_no", exp.NEQ(this=frac.group(number.numerator), expression=frac.integer(0)))
        return number

    def _in_range(self, number: Num, least: tree.Expr | None, most: tree.Expr | None) -> Num:
        tests = []
        if least is not None:
            tests.append(frac.compare(exp.GTE, number, numeric(least, self)))
        if most is not None:
            tests.append(frac.compare(exp.LTE, number, numeric(most, self)))
        return self.pin(frac.choose([(all_of(*tests), number)])) if tests else number

    def last_day_of(self, kind: str) -> exp.Expr:
        name = self.frame.fresh("last")
        self.frame.join(table(self.compilation.periods(kind)), {"period": self.period_of(kind)}, {name: "end"})
        return exp.Sub(this=col(name), expression=exp.Literal.number(1))

    def component(self, name: str) -> Sql:
        from attain.engine.stages import reward

        said = self.plan.components[name]
        if said.per is None:
            raise PlanError(
                f"The lines of `{name}` are finer than this place: a measure must add them up.", code="plan.wrong-place"
            )
        if self.is_own_period(said.per.kind):
            source = reward.component(self.compilation, self.plan, name)
        else:
            source = reward.of_all_versions(self.compilation, name)
        return self.paid_by(name, source, {"payee": self.payee(), "source": self.period_of(said.per.kind)})

    def paid_by(self, name: str, source: str, on: dict[str, exp.Expr]) -> Num:
        """What a component pays on a row: what was decided in its place, nothing where it has no line, missing where
        its result is missing."""
        from attain.engine.stages.overrides import overrides

        taken, line, earned, decided = (self.frame.fresh(stem) for stem in ("c", "line", "earned", "decided"))
        self.frame.join(table(source), on, {taken: "amount", line: "source", earned: "period"})
        key = {"component": exp.Literal.string(name), **on, "earning_period": col(earned)}
        self.frame.join(table(overrides(self.compilation)), key, {decided: "amount"})
        paid = exp.Coalesce(this=col(decided), expressions=[cast(col(taken), frac.WIDE)])
        return Num(
            case().when(frac.is_null(col(line)), frac.integer(0), copy=False).else_(paid, copy=False),
            10**self.compilation.places,
        )


class CreditScope(CreditBase, Reader):
    """A row is a credit; its measures have running values."""

    def subjects(self) -> list[exp.Expr]:
        return [col("@person"), col("@held")]

    def payee(self) -> exp.Expr:
        return col("@payee")

    def position(self) -> exp.Expr:
        return col("@seated")

    def period_of(self, kind: str) -> exp.Expr:
        return col(f"@{kind}")

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        if parts == ("period", "active_days"):
            return self._active_days()
        return super().resolve(parts)

    def _active_days(self) -> Sql:
        name = self.frame.fresh("active")
        rows = payee_rows(self.compilation, self.plan.period)
        on = {"payee": self.payee(), "period": self.period_of(self.plan.period)}
        self.frame.join(table(rows), on, {name: "active_days"})
        return Num(cast(col(name), frac.WIDE))

    def measure(self, name: str, measure: Measure, field: str) -> Sql | None:
        if field == "quota":
            return self.quota(name, measure)
        what, _, running = field.partition("_")
        if what == "attainment" and running in ("before", "after", "total"):
            value = self.measure(name, measure, running)
            return frac.positive_quotient(value, self.checked_quota(name, measure)) if isinstance(value, Num) else None
        if field not in ("before", "after", "total"):
            return None
        scale = measures.measured(self.compilation, self.plan, measure.credits).scales[name]
        if measure.credits == self.credit_set:
            after = Num(col(f"{name}.after"), scale)
            own = Num(col(f"{name}.v"), scale)
            return {"after": after, "before": frac.minus(after, own), "total": Num(col(f"{name}.total"), scale)}[field]
        return self._total_of_other(name, measure, scale) if field == "total" else None

    def _total_of_other(self, name: str, measure: Measure, scale: int) -> Num:
        measured = measures.measured(self.compilation, self.plan, measure.credits)
        source = measured.table
        if measures.is_rolling(measure):
            subject = measures._subject(self.compilation, self.plan, measure, self.frame, "@held")
            rolled = measures.rolled_at(self.compilation, measured, name, measures.rolling_months(measure), subject)
            taken = self.frame.add(self.frame.fresh("t"), rolled)
            return Num(exp.Coalesce(this=taken, expressions=[frac.integer(0)]), scale)
        totals = (
            exp.select(*[named(col(f"{name}.{part}"), part) for part in ("s", "w", "total")])
            .distinct(copy=False)
            .from_(table(source), copy=False)
        )
        subject = measures._subject(self.compilation, self.plan, measure, self.frame, "@held")
        whose = self.subjects() if measure.for_ == "payee" else [subject]
        window = measures._window(self.compilation, self.plan, measure, self.frame, whose, col("@date"))
        name_of_total = self.frame.fresh("t")
        self.frame.join(
            exp.Subquery(this=totals, alias=exp.TableAlias(this=exp.to_identifier("totals"))),
            {"s": subject, "w": window},
            {name_of_total: "total"},
        )
        return Num(exp.Coalesce(this=col(name_of_total), expressions=[frac.integer(0)]), scale)

    def value(self, name: str) -> Sql:
        from attain.engine.stages import values

        if self.plan.values[name].each == self.credit_set:
            return self.taken(
                values.value_table(self.compilation, self.plan, name),
                {"credit": col("@credit"), "payee": col("@payee")},
            )
        return super().value(name)

    def component(self, name: str) -> Sql:
        from attain.engine.stages import reward

        if self.plan.components[name].each != self.credit_set:
            return super().component(name)
        source = reward.component(self.compilation, self.plan, name)
        return self.paid_by(name, source, {"payee": col("@payee"), "source": col("@credit")})


class PeriodScope(Reader):
    """A row is a payee's period of one kind."""

    def __init__(self, compilation: Compilation, plan: Plan, frame: Frame, kind: str) -> None:
        super().__init__(compilation, plan, frame)
        self.kind = kind

    def day(self) -> exp.Expr:
        return exp.Sub(this=col("end"), expression=exp.Literal.number(1))

    def reading_day(self) -> exp.Expr:
        return col("last_day")

    def key_of_person(self) -> exp.Expr:
        return col("person")

    def key_of_position(self) -> exp.Expr:
        return col("position")

    def key_of_title(self) -> exp.Expr:
        return col("title")

    def subjects(self) -> list[exp.Expr]:
        return [col("person"), col("position")]

    def payee(self) -> exp.Expr:
        return col("payee")

    def position(self) -> exp.Expr:
        return col("position")

    def period_of(self, kind: str) -> exp.Expr:
        return col("period") if kind == self.kind else col(f"in_{kind}")

    def is_own_period(self, kind: str) -> bool:
        return kind == self.kind

    def resolve(self, parts: tuple[str, ...]) -> Sql:
        if len(parts) == 2 and parts[0] == "period":
            return period_field(self, parts[1], "")
        if len(parts) == 2 and parts[0] == "position" and parts[1] in (*POSITION_FIELDS, "id"):
            return Plain("text", col("position" if parts[1] == "id" else parts[1]))
        if len(parts) == 2 and parts[0] == "person" and (parts[1] in PERSON_FIELDS or parts[1] == "id"):
            kind: Kind = PERSON_FIELDS.get(parts[1], "text")
            return Plain(kind, col("person" if parts[1] == "id" else f"person.{parts[1]}"))
        return super().resolve(parts)

    def measure_subject(self, measure: Measure) -> exp.Expr:
        if measure.for_ == "company":
            return exp.Literal.string("company")
        if measure.for_ == "team":
            return self.team()
        return col("position") if self.plan.policies.follows == "position" else col("payee")

    def measure(self, name: str, measure: Measure, field: str) -> Sql | None:
        if field == "quota":
            return self.quota(name, measure)
        if field == "attainment":
            value = self.name((name,))
            return frac.positive_quotient(value, self.checked_quota(name, measure)) if isinstance(value, Num) else None
        column = {"": "value", "period": "part", "total": "total"}.get(field)
        if column is None:
            return None
        source = measures.at_period(self.compilation, self.plan, name, self.kind)
        scale = measures.measured(self.compilation, self.plan, measure.credits).scales[name]
        taken = self.frame.fresh("m")
        self.frame.join(
            table(source), {"subject": self.measure_subject(measure), "period": col("period")}, {taken: column}
        )
        return Num(exp.Coalesce(this=col(taken), expressions=[frac.integer(0)]), scale)
