# A notebook in percent cells: its first cell is its docstring, and it prints what it finds.
# ruff: noqa: D100, T201

# %% [markdown]
# # From Parquet to a finding: who speaks in their own words?
#
# A newspaper can give a speaker the floor ("We had a deal on the table," she said) or say it for them (the company
# said a deal had been reached). Do people and bodies get the same treatment?
#
# This example goes from the published Parquet files to an answer with a chart and a test of chance. It needs
# nothing but what the project installs: Polars and Altair. The cells run in any editor that knows `# %%`, or as a
# script:
#
# ```sh
# .venv/bin/python docs/examples/who_speaks_in_their_own_words.py data/published finding.svg
# ```

# %%
import random
import sys
from pathlib import Path

import altair as alt
import polars as pl

PUBLISHED = Path(sys.argv[1] if len(sys.argv) > 1 else "data/published")
CHART = Path(sys.argv[2] if len(sys.argv) > 2 else "finding.svg")


def table(name: str) -> pl.LazyFrame:
    """A published table; nothing is read before it is asked for."""
    return pl.scan_parquet(PUBLISHED / "parquet" / name / "*.parquet")


# %% [markdown]
# ## The rows that count
#
# Four choices, each of which could change the answer, so each is made in the open:
#
# - speech only: a thought has no words to quote;
# - each quotation once: a wire story in six papers is one choice by one writer (`family_id`);
# - only speakers who are known by name: "officials" cannot be held to their words;
# - only statements that the extractor is fairly sure of (`confidence`).

# %%
statements = (
    table("fct_statement")
    .filter(pl.col("is_speech"), ~pl.col("is_negated"), pl.col("confidence") >= 0.5)
    .join(table("dim_actor").select("actor_id", "actor_name", "actor_type"), on="actor_id")
    .filter(pl.col("actor_type") != "unnamed")
    .sort("article_date", "article_id", "statement_id")
    .unique("family_id", keep="first", maintain_order=True)
    .with_columns(
        quoted=pl.col("statement_type") != "indirect",
        speaker=pl.when(pl.col("actor_type") == "person").then(pl.lit("people")).otherwise(pl.lit("bodies")),
    )
    .collect()
)
print(f"{statements.height} statements by {statements['actor_id'].n_unique()} speakers")

# %% [markdown]
# ## People and bodies
#
# `direct` and `mixed` statements have the speaker's own words in quotation marks; `indirect` ones have none.

# %%
by_kind = (
    statements.group_by("speaker")
    .agg(statements=pl.len(), quoted_share=pl.col("quoted").mean(), speakers=pl.col("actor_id").n_unique())
    .sort("quoted_share", descending=True)
)
print(by_kind)

shares = dict(by_kind.select("speaker", "quoted_share").iter_rows())
difference = shares["people"] - shares["bodies"]

# %% [markdown]
# ## Could it be chance?
#
# If it made no difference who speaks, shuffling the labels "people" and "bodies" would give differences like
# the one found. How often does it? Whole speakers are shuffled, not statements: what one person says in one
# article hangs together.

# %%
per_speaker = (
    statements.group_by("actor_id", "speaker").agg(pl.col("quoted").sum(), n=pl.len()).sort("actor_id")
)
quoted, counts = per_speaker["quoted"].to_list(), per_speaker["n"].to_list()
labels = (per_speaker["speaker"] == "people").to_list()


def gap(people: list[bool]) -> float:
    """Share quoted of people less that of bodies."""
    yes = [sum(q for q, p in zip(quoted, people, strict=True) if p is side) for side in (True, False)]
    of = [sum(n for n, p in zip(counts, people, strict=True) if p is side) for side in (True, False)]
    return yes[0] / of[0] - yes[1] / of[1]


shuffler = random.Random(20211201)
shuffled = [gap(shuffler.sample(labels, len(labels))) for _ in range(2000)]
chance = sum(value >= difference for value in shuffled) / len(shuffled)

# %% [markdown]
# ## The chart
#
# Each dot is a speaker with at least three statements, the larger the more it says.

# %%
ranking = (
    statements.group_by("actor_name", "speaker")
    .agg(statements=pl.len(), quoted_share=pl.col("quoted").mean())
    .filter(pl.col("statements") >= 3)
    .sort("quoted_share", "actor_name", descending=[True, False])
)
chart = (
    alt.Chart(alt.Data(values=ranking.to_dicts()), width=420, title="Who speaks in their own words")
    .mark_circle(opacity=1)
    .encode(
        x=alt.X("quoted_share:Q").axis(format="%").title("statements with the speaker's own words"),
        y=alt.Y("actor_name:N").sort(ranking["actor_name"].to_list()).axis(grid=True).title(None),
        size=alt.Size("statements:Q").scale(range=[60, 300]).legend(None),
        color=alt.Color("speaker:N")
        .scale(domain=["people", "bodies"], range=["#2a6f97", "#c8553d"])
        .title(None),
        tooltip=["actor_name:N", "statements:Q", alt.Tooltip("quoted_share:Q", format=".0%")],
    )
)
chart.save(CHART)

# %% [markdown]
# ![A dot for each speaker: the share of statements that have the speaker's own words](../img/finding.svg)
#
# ## Read before you believe
#
# A number about language is worth what its sentences are worth. Three of each kind, with the words that led here:

# %%
for kind in ("people", "bodies"):
    print(f"\n{kind}")
    picked = (
        statements.filter(pl.col("speaker") == kind)
        .sort("confidence", "statement_id", descending=True)
        .head(3)
    )
    for row in picked.iter_rows(named=True):
        print(f"  {row['actor_name']} {row['cue_text'] or ''}: {row['content_text'][:90]}")

# %% [markdown]
# ## The finding

# %%
print(
    f"\nPeople are quoted in {shares['people']:.0%} of their statements, bodies in {shares['bodies']:.0%}; "
    f"shuffled speakers differ as much in {chance:.1%} of tries."
)

# %% [markdown]
# On the sample, people are quoted in two of five statements and bodies in far fewer: a union or a ministry is
# paraphrased, its head gets the quotation marks. Fifteen of those sixteen articles are invented, so it says how
# their writer thinks that news is written. Whether it holds for papers is a question of real data: run
# `onrecord run` for a week, and this script again.
#
# What it cannot tell: whether a paraphrase is fair. And quotations are easier to find than indirect statements
# ([how good it is](../quality.md)), which makes both shares too high.
