"""Recounts a written table by pyCANON, pandas and SQLite, none of which is ours, and prints what each found as JSON.

Usage: recount.py table.csv DELIMITER quasi,identifiers sensitive,columns

Each engine answers {"k", "sensitive": {column: {"l", "alpha", "t", "beta"}}}; pandas and SQLite also count records and
classes and give the exact entropy l, which pyCANON only has as a whole number. t is by equal distance, beta is basic.
pyCANON's recursive (c,l) is not used: it sorts the wrong way round.
"""

import csv
import json
import math
import sqlite3
import sys

import pandas as pd
from pycanon import anonymity


def by_pycanon(path, delimiter, quasi, sensitive):
    # Objects, not numbers: pyCANON measures numeric columns by another distance.
    table = pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)
    return {
        "k": int(anonymity.k_anonymity(table, quasi)),
        "sensitive": {
            column: {
                "l": int(anonymity.l_diversity(table, quasi, [column])),
                "whole_entropy_l": int(anonymity.entropy_l_diversity(table, quasi, [column])),
                "alpha": float(anonymity.alpha_k_anonymity(table, quasi, [column])[0]),
                "t": float(anonymity.t_closeness(table, quasi, [column])),
                "beta": float(anonymity.basic_beta_likeness(table, quasi, [column])),
            }
            for column in sensitive
        },
    }


def by_pandas(path, delimiter, quasi, sensitive):
    table = pd.read_csv(path, sep=delimiter, dtype=str, keep_default_na=False)
    sizes = table.groupby(quasi, sort=False).size()

    def measures(column):
        share = pd.crosstab([table[name] for name in quasi], table[column], normalize="index")
        whole = table[column].value_counts(normalize=True)
        logs = share.map(lambda q: q * math.log(q) if q > 0 else 0.0)
        return {
            "l": int((share > 0).sum(axis=1).min()),
            "entropy_l": float((-logs.sum(axis=1)).map(math.exp).min()),
            "alpha": float(share.to_numpy().max()),
            "t": float((share - whole).abs().sum(axis=1).max() / 2),
            "beta": float((share / whole - 1).to_numpy().max()),
        }

    return {
        "k": int(sizes.min()),
        "records": int(len(table)),
        "classes": int(len(sizes)),
        "sensitive": {column: measures(column) for column in sensitive},
    }


SIZES = "select count(*) as n from t group by {quasi}"
# A value that a class lacks still counts for t: the cross join brings it in with a share of zero.
SHARES = """
  with class as (select {quasi}, count(*) as n from t group by {quasi}),
  value as (select {column} as v, count(*) * 1.0 / (select count(*) from t) as p from t group by 1),
  cell as (select {quasi}, {column} as v, count(*) as m from t group by {quasi}, {column}),
  share as (
    select {class_quasi}, value.p, coalesce(cell.m, 0) * 1.0 / class.n as q
    from class cross join value left join cell on cell.v = value.v and {same}
  ),
  measure as (
    select sum(q > 0) as l, exp(-sum(case when q > 0 then q * ln(q) else 0 end)) as entropy_l, max(q) as alpha,
      sum(abs(q - p)) / 2 as t, max(q / p - 1) as beta
    from share group by {quasi}
  )
  select min(l), min(entropy_l), max(alpha), max(t), max(beta) from measure
"""


def by_sqlite(path, delimiter, quasi, sensitive):
    database = sqlite3.connect(":memory:")
    with open(path, encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter=delimiter)
        header = next(rows)
        database.execute("create table t ({})".format(", ".join(quoted(name) + " text" for name in header)))
        database.executemany("insert into t values ({})".format(", ".join("?" * len(header))), rows)
    names = {
        "quasi": ", ".join(quoted(name) for name in quasi),
        "class_quasi": ", ".join("class." + quoted(name) for name in quasi),
        "same": " and ".join("cell.{0} = class.{0}".format(quoted(name)) for name in quasi),
    }
    sizes = [n for (n,) in database.execute(SIZES.format(**names))]
    found = {}
    for column in sensitive:
        (row,) = database.execute(SHARES.format(column=quoted(column), **names))
        found[column] = dict(zip(["l", "entropy_l", "alpha", "t", "beta"], row))
    return {"k": min(sizes), "records": sum(sizes), "classes": len(sizes), "sensitive": found}


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    path, delimiter, quasi, sensitive = sys.argv[1:]
    lists = [names.split(",") if names else [] for names in (quasi, sensitive)]
    engines = {"pycanon": by_pycanon, "pandas": by_pandas, "sqlite": by_sqlite}
    print(json.dumps({name: engine(path, delimiter, *lists) for name, engine in engines.items()}))
