"""What is published: tables, their keys, order, months and links, and views for the commonest questions.

Belongs here: names and SQL as data. Does not: writing (``publish_files``) or meaning of columns, which stands
in ``dbt_project/models/marts/*.yml`` and comes with the warehouse's comments. A test holds both together.
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


@dataclass(frozen=True, slots=True)
class PublishedView:
    """A view of the publication: one common question, answered."""

    name: str
    description: str
    sql: str


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

VIEWS: tuple[PublishedView, ...] = (
    PublishedView(
        "statements_read",
        "One row per statement (speech only) with the names a reader needs and the words around it; "
        "for reading and checking, one row at a time or filtered.",
        """
        select
            statement.statement_date, actor.actor_name, actor.actor_type, actor.country_code,
            statement.speaker_text, statement.cue_text, statement.content_text, statement.statement_type,
            statement.cue_class, statement.is_negated, statement.addressee, statement.confidence,
            outlet.outlet_name, article.headline, article.url, article.published_at,
            -- Without content (a refusal to comment) the words around the cue, else around the speaker.
            substring(
                article.text,
                greatest(coalesce(content_start, cue_start, speaker_start) - 200, 0) + 1,
                coalesce(content_end, cue_end, speaker_end) + 200
                    - greatest(coalesce(content_start, cue_start, speaker_start) - 200, 0)
            ) as context,
            statement.statement_id, statement.family_id, statement.actor_id, statement.outlet_id,
            statement.article_id
        from fct_statement as statement
        join fct_article as article using (article_id)
        left join dim_actor as actor on actor.actor_id = statement.actor_id
        left join dim_outlet as outlet on outlet.outlet_id = statement.outlet_id
        where statement.is_speech
        """,
    ),
    PublishedView(
        "actors_weekly",
        "One row per actor with a name and week (from its Monday): statements, and the actor's share of all "
        "of the week's statements by actors with a name.",
        """
        select
            day.week_start_date, daily.actor_id, actor.actor_name, actor.actor_type, actor.country_code,
            sum(daily.statements)::bigint as statements,
            sum(daily.words_quoted)::bigint as words_quoted,
            sum(daily.statements) / sum(sum(daily.statements)) over (partition by day.week_start_date)
                as voice_share
        from actor_statements_daily as daily
        join dim_actor as actor on actor.actor_id = daily.actor_id
        join dim_date as day on day.date_day = daily.statement_date
        where actor.actor_type <> 'unnamed'
        group by day.week_start_date, daily.actor_id, actor.actor_name, actor.actor_type, actor.country_code
        """,
    ),
    PublishedView(
        "who_speaks_of_whom",
        "One row per speaker and actor it speaks of, over all days, with both names.",
        """
        select
            pair.actor_id, speaker.actor_name, speaker.country_code,
            pair.mentioned_actor_id, mentioned.actor_name as mentioned_actor_name,
            mentioned.country_code as mentioned_country_code,
            sum(pair.statements)::bigint as statements, sum(pair.mentions)::bigint as mentions,
            min(pair.statement_date) as first_date, max(pair.statement_date) as last_date
        from actor_pairs_daily as pair
        join dim_actor as speaker on speaker.actor_id = pair.actor_id
        join dim_actor as mentioned on mentioned.actor_id = pair.mentioned_actor_id
        group by all
        """,
    ),
    PublishedView(
        "outlet_favourites",
        "One row per outlet, actor and month with names: whom the outlet quotes more (voice_share_difference "
        "above 0) or less than all other outlets do.",
        """
        select
            share.month_start_date, share.outlet_id, outlet.outlet_name, share.actor_id, actor.actor_name,
            share.statements, share.voice_share, share.others_voice_share, share.voice_share_difference
        from outlet_actor_share as share
        join dim_outlet as outlet on outlet.outlet_id = share.outlet_id
        join dim_actor as actor on actor.actor_id = share.actor_id
        """,
    ),
    PublishedView(
        "quotations_spread",
        "One row per quotation that more than one article reports, with the names of its first outlet and "
        "speaker.",
        """
        select
            family.family_id, actor.actor_name, family.content_text, outlet.outlet_name as first_outlet_name,
            family.first_seen_at, family.spread_hours, family.articles, family.outlets, family.versions
        from quotation_families as family
        left join dim_actor as actor on actor.actor_id = family.actor_id
        left join dim_outlet as outlet on outlet.outlet_id = family.first_outlet_id
        where family.articles > 1
        """,
    ),
    PublishedView(
        "speakers_unresolved",
        "One row per statement (speech only) whose speaker could not be resolved, with the reason.",
        """
        select
            statement.statement_date, statement.unresolved_reason, statement.speaker_text, statement.cue_text,
            statement.content_text, outlet.outlet_name, article.headline, article.url, statement.statement_id
        from fct_statement as statement
        join fct_article as article using (article_id)
        left join dim_outlet as outlet on outlet.outlet_id = statement.outlet_id
        where statement.is_speech and statement.actor_id is null
        """,
    ),
)
"""Every published view, in SQL that DuckDB 1.2 understands too."""
