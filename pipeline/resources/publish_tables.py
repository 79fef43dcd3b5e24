"""Which tables are published: their keys, order, months and links.

Belongs here: names as data. Does not: views (``publish_views``), writing (``publish_files``) or meaning of
columns, which stands in ``dbt_project/models/marts/*.yml`` and comes with the warehouse's comments. A test holds
both together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table of the publication.

    Attributes:
        name: Table of the marts.
        key: Columns that are unique together and never null; empty where a part may be null.
        order: Columns that rows are sorted by, so that a range of days reads few row groups.
        month_of: Date column by whose months files are split; None for tables that are one file.
        links: Column, table and column it points to.
    """

    name: str
    key: tuple[str, ...]
    order: tuple[str, ...]
    month_of: str | None = None
    links: tuple[tuple[str, str, str], ...] = ()


_ACTOR = ("actor_id", "dim_actor", "actor_id")
_OUTLET = ("outlet_id", "dim_outlet", "outlet_id")
_ARTICLE = ("article_id", "fct_article", "article_id")
_SAID_ON = ("statement_date", "dim_date", "date_day")
_PRINTED_ON = ("article_date", "dim_date", "date_day")

TABLES: tuple[PublishedTable, ...] = (
    PublishedTable("dim_actor", ("actor_id",), ("actor_id",)),
    PublishedTable("dim_outlet", ("outlet_id",), ("outlet_id",)),
    PublishedTable("dim_date", ("date_day",), ("date_day",)),
    PublishedTable(
        "fct_article", ("article_id",), ("article_date", "article_id"), "article_date", (_OUTLET, _PRINTED_ON)
    ),
    PublishedTable(
        "fct_statement",
        ("statement_id",),
        ("statement_date", "actor_id", "statement_id"),
        "statement_date",
        (
            _ARTICLE,
            _ACTOR,
            _OUTLET,
            ("family_id", "quotation_families", "family_id"),
            ("addressee_actor_id", "dim_actor", "actor_id"),
            _SAID_ON,
            _PRINTED_ON,
        ),
    ),
    PublishedTable(
        "fct_mention",
        ("mention_id",),
        ("article_date", "actor_id", "mention_id"),
        "article_date",
        (_ARTICLE, _ACTOR, _OUTLET, _PRINTED_ON),
    ),
    PublishedTable(
        "quotation_families",
        ("family_id",),
        ("first_article_date", "family_id"),
        "first_article_date",
        (
            ("first_statement_id", "fct_statement", "statement_id"),
            ("first_article_id", "fct_article", "article_id"),
            ("first_outlet_id", "dim_outlet", "outlet_id"),
            _ACTOR,
        ),
    ),
    PublishedTable(
        "actor_statements_daily",
        ("actor_id", "statement_date"),
        ("statement_date", "actor_id"),
        "statement_date",
        (_ACTOR, _SAID_ON),
    ),
    PublishedTable(
        "actor_pairs_daily",
        ("actor_id", "mentioned_actor_id", "statement_date"),
        ("statement_date", "actor_id", "mentioned_actor_id"),
        "statement_date",
        (_ACTOR, ("mentioned_actor_id", "dim_actor", "actor_id"), _SAID_ON),
    ),
    PublishedTable(
        "outlet_actor_share",
        (),
        ("month_start_date", "outlet_id", "actor_id"),
        "month_start_date",
        (_OUTLET, _ACTOR),
    ),
    PublishedTable("outlet_daily", (), ("article_date", "outlet_id"), None, (_OUTLET, _PRINTED_ON)),
    PublishedTable(
        "cue_usage",
        (),
        ("month_start_date", "outlet_id", "cue_lemma", "cue_class", "is_speech"),
        None,
        (_OUTLET, ("leading_actor_id", "dim_actor", "actor_id")),
    ),
    PublishedTable("rejects", ("reject_id",), ("partition_date", "reject_id")),
    PublishedTable("run_log", ("partition_date", "stage"), ("partition_date", "stage")),
)
"""Every published table; the schema is ``main``, so that a query names the table alone."""
