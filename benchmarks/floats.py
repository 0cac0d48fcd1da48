"""The same plan in pandas with floats, as it is often written: what speed and cents look like without exact numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.contest import Task, compete

END_OF_TIME = pd.Timestamp("2200-01-01")
LEVEL_RATE = {"Rep": 1.0, "Manager": 0.2, "Director": 0.05}
TIERS = ((0.0, 0.5, 0.04), (0.5, 1.0, 0.06), (1.0, 1.5, 0.09), (1.5, np.inf, 0.12))
LINE = ["payee", "deal", "rule", "level", "via"]
CAP, DRAW = 50_000.00, 1_500.00

LINES = "SELECT * FROM '{output}/lines.parquet'"
PAYMENTS = "SELECT * FROM '{output}/payments.parquet'"


def pay(task: Task) -> None:
    tables = {name: pd.read_parquet(task.input / f"{name}.parquet") for name in ("positions", "assignments", "quotas")}
    deals = pd.read_parquet(task.input / "deals.parquet").drop(columns=["_batch", "_row"])
    seats = dated(tables["positions"]).merge(tables["assignments"][["person", "position"]], on="position")
    quotas = dated(tables["quotas"]).drop(columns="quota").rename(columns={"subject": "payee", "amount": "quota"})
    quotas["quota"] = quotas["quota"].astype(float)
    quotas = quotas[["payee", "quota", "valid_from", "valid_to"]]
    lines = commission(credits(with_originals(deals), seats), quotas)
    payments = payouts(lines, quotas, seats["person"].unique())
    cents(lines, ["cents"])[[*LINE, "cents"]].to_parquet(task.output / "lines.parquet", compression="zstd")
    amounts = ["earned", "draw_paid", "draw_recovered", "payable"]
    cents(payments, amounts).to_parquet(task.output / "payments.parquet", compression="zstd")


def dated(table: pd.DataFrame) -> pd.DataFrame:
    since, until = pd.to_datetime(table["valid_from"]), pd.to_datetime(table["valid_to"]).fillna(END_OF_TIME)
    return table.assign(valid_from=since, valid_to=until)


def with_originals(deals: pd.DataFrame) -> pd.DataFrame:
    """A deal that takes another back has the owners of the other, on its day."""
    deals["amount"] = deals["amount"].astype(float)
    deals["second_share"] = deals["second_share"].astype(float)
    deals["close_date"] = deals["recipients_on"] = pd.to_datetime(deals["close_date"])
    taking = deals.index[deals["reverses"].notna()]
    originals = deals.set_index("id").loc[deals.loc[taking, "reverses"]]
    for column in ("owner", "second", "second_share", "recipients_on"):
        deals.loc[taking, column] = originals[column].to_numpy()
    return deals.rename(columns={"id": "deal"})


def credits(deals: pd.DataFrame, seats: pd.DataFrame) -> pd.DataFrame:
    share = deals["second_share"].fillna(0.0)
    whole = deals["amount"]
    owner = deals.assign(payee=deals["owner"], rule=2, amount=(whole * (1 - share)).round(2), share=1 - share)
    is_split = deals["second"].notna()
    second = deals.assign(payee=deals["second"], rule=1, amount=(whole * share).round(2), share=share)[is_split]
    direct = pd.concat([owner.assign(whole=whole), second.assign(whole=whole[is_split])])
    direct = direct.drop(columns=["owner", "second", "second_share"]).assign(level=0, via="", title="Rep")
    found = [direct]
    below = direct.assign(seat=direct["payee"], via=direct["payee"])
    below["amount"] = (below["whole"] * below["share"]).round(2)
    for level in (1, 2):
        below = above(below, seats).assign(rule=3, level=level)
        found.append(below)
    return pd.concat(found)[[*LINE, "title", "close_date", "recipients_on", "reverses", "amount"]]


def above(below: pd.DataFrame, seats: pd.DataFrame) -> pd.DataFrame:
    """The managers of those in `seat`, on the day that counts."""
    bosses = seats[["position", "person", "title"]].drop_duplicates("position")
    steps = seats[["person", "manager", "valid_from", "valid_to"]].merge(
        bosses, left_on="manager", right_on="position", suffixes=("", "_above")
    )
    joined = below.drop(columns="title").merge(steps, left_on="seat", right_on="person")
    is_valid = (joined["valid_from"] <= joined["recipients_on"]) & (joined["recipients_on"] < joined["valid_to"])
    joined = joined[is_valid]
    seat = joined["person_above"]
    dropped = ["person", "person_above", "manager", "position", "valid_from", "valid_to"]
    return joined.assign(payee=seat, seat=seat).drop(columns=dropped)


def commission(credits: pd.DataFrame, quotas: pd.DataFrame) -> pd.DataFrame:
    lines = credits.sort_values(["payee", "close_date", "deal", "rule", "level", "via"], ignore_index=True)
    lines["after"] = lines.groupby("payee", sort=False)["amount"].cumsum()
    lines["before"] = lines["after"] - lines["amount"]
    lines = lines.merge(quotas, on="payee")
    lines = lines[(lines["valid_from"] <= lines["close_date"]) & (lines["close_date"] < lines["valid_to"])]
    accelerator = np.where(lines["before"] / lines["quota"] >= 1.2, 1.1, 1.0)
    exact = earned_up_to(lines["after"], lines["quota"]) - earned_up_to(lines["before"], lines["quota"])
    lines["cents"] = (exact * lines["title"].map(LEVEL_RATE) * accelerator).round(2)
    return taken_back(lines)


def earned_up_to(amount: pd.Series[float], quota: pd.Series[float]) -> pd.Series[float]:
    """Below nothing the first rate goes on."""
    earned = np.minimum(amount, 0.0) * TIERS[0][2]
    for begins, ends, rate in TIERS:
        earned = earned + (np.minimum(amount, ends * quota) - begins * quota).clip(lower=0.0) * rate
    return earned


def taken_back(lines: pd.DataFrame) -> pd.DataFrame:
    is_taking = lines["reverses"].notna()
    paid = lines[lines["deal"].isin(lines.loc[is_taking, "reverses"])][[*LINE, "cents"]]
    keys = ["reverses", *LINE[:1], *LINE[2:]]
    taking = lines[is_taking].drop(columns="cents").merge(paid.rename(columns={"deal": "reverses"}), on=keys)
    is_late = (taking["close_date"] - taking["recipients_on"]).dt.days > 180
    return pd.concat([lines[~is_taking], taking.assign(cents=np.where(is_late, 0.0, -taking["cents"]))])


def payouts(lines: pd.DataFrame, quotas: pd.DataFrame, payees: object) -> pd.DataFrame:
    lines = lines.assign(month=lines["close_date"].dt.month)
    grid = pd.MultiIndex.from_product([payees, range(1, 13)], names=["payee", "month"])
    sums = lines.groupby(["payee", "month"])[["cents", "amount"]].sum().reindex(grid, fill_value=0.0).reset_index()
    sums["last_day"] = pd.to_datetime({"year": 2026, "month": sums["month"], "day": 1}) + pd.offsets.MonthEnd(0)
    sums = sums.merge(quotas, on="payee")
    sums = sums[(sums["valid_from"] <= sums["last_day"]) & (sums["last_day"] < sums["valid_to"])]
    sums = sums.sort_values(["payee", "month"])
    booked = sums.groupby("payee")["amount"].cumsum()
    reached = booked / sums["quota"]
    to_date = (booked * np.select([reached >= 1.3, reached >= 1.0], [0.01, 0.005], 0.0)).round(2)
    bonus = to_date - to_date.groupby(sums["payee"]).shift(fill_value=0.0)
    capped = (sums["cents"] + bonus).groupby(sums["payee"]).cumsum().clip(upper=CAP)
    sums["earned"] = capped - capped.groupby(sums["payee"]).shift(fill_value=0.0)
    return settled(sums.pivot(index="payee", columns="month", values="earned"))


def settled(earned: pd.DataFrame) -> pd.DataFrame:
    balance, carried, found = 0.0, 0.0, []
    for month in range(1, 13):
        now = earned[month]
        draw = (DRAW - now).clip(lower=0.0) if month <= 6 else now * 0.0
        recovered = np.minimum(balance, (now.clip(lower=0.0) / 2).round(2)) if month >= 2 else now * 0.0
        total = carried + now + draw - recovered
        balance, carried = balance + draw - recovered, total.clip(upper=0.0)
        row = {"month": month, "earned": now, "draw_paid": draw, "draw_recovered": recovered}
        found.append(pd.DataFrame({**row, "payable": total.clip(lower=0.0)}))
    return pd.concat(found).reset_index()


def cents(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table.assign(**{column: (table[column] * 100).round().astype("int64") for column in columns})


if __name__ == "__main__":
    compete(pay, lines=LINES, payments=PAYMENTS)
