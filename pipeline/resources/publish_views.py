"""Which views are published: the commonest questions, answered with names filled in.

Belongs here: their SQL and what their columns mean, as data. Does not: tables (``publish_tables``), writing
(``publish_database``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishedView:
    """A view of the publication: one common question, answered.

    Attributes:
        name: Its name beside the tables.
        description: Its grain, in a sentence.
        columns: Meaning of each column, in order.
        sql: The query, in SQL that DuckDB 1.2 understands too.
    """

    name: str
    description: str
    columns: Mapping[str, str]
    sql: str


VIEWS: tuple[PublishedView, ...] = (
    PublishedView(
        "statements_read",
        "One row per statement (speech only) with the names a reader needs and the words around it; "
        "for reading and checking, one row at a time or filtered.",
        {
            "statement_date": "day it was said",
            "actor_name": "who speaks; null when unresolved",
            "actor_type": "person, organization, government, group or unnamed; null when unresolved",
            "country_code": "ISO 3166-1 alpha-2 code of the actor's country; null when not known or none",
            "speaker_text": "speaker as written",
            "cue_text": "cue as written (said, according to)",
            "content_text": "what was said; the parts of the content, joined by a space",
            "statement_type": "direct (all inside quotation marks), mixed (part) or indirect (none)",
            "cue_class": "class of the cue (say, claim, accuse, deny, warn)",
            "is_negated": "the cue is negated (did not say, declined to comment)",
            "addressee": "whom it was said to or against, as written",
            "confidence": "0 to 1, chance that content, speaker and actor are right",
            "outlet_name": "outlet of the article; null when the page told none",
            "headline": "headline of the article",
            "url": "address of the article; null for a file of unknown address",
            "published_at": "when the article was published, UTC",
            "context": "the statement in the article's text, with 200 characters before and after",
            "statement_id": "the row of fct_statement",
            "family_id": "quotation family, the row of quotation_families",
            "actor_id": "the row of dim_actor; null when unresolved",
            "outlet_id": "the row of dim_outlet; null when the page told none",
            "article_id": "the row of fct_article",
        },
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
        {
            "week_start_date": "Monday of the week in which it was said",
            "actor_id": "the row of dim_actor",
            "actor_name": "who speaks",
            "actor_type": "person, organization, government or group",
            "country_code": "ISO 3166-1 alpha-2 code of the actor's country; null when not known or none",
            "statements": "statements in the week, each report counted",
            "words_quoted": "words of what those statements say",
            "voice_share": "statements of the week's statements by all actors with a name, 0 to 1",
        },
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
        {
            "actor_id": "the row of dim_actor that speaks",
            "actor_name": "who speaks",
            "country_code": "ISO 3166-1 alpha-2 code of the speaker's country; null when not known or none",
            "mentioned_actor_id": "the row of dim_actor that is spoken of",
            "mentioned_actor_name": "who is spoken of",
            "mentioned_country_code": "ISO 3166-1 alpha-2 code of that actor's country; null when not known or none",
            "statements": "statements of the one that mention the other, each report counted",
            "mentions": "mentions of the other in those statements",
            "first_date": "first day on which the one spoke of the other",
            "last_date": "last day on which the one spoke of the other",
        },
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
        {
            "month_start_date": "first day of the month of the articles",
            "outlet_id": "the row of dim_outlet",
            "outlet_name": "outlet",
            "actor_id": "the row of dim_actor",
            "actor_name": "who speaks",
            "statements": "the actor's statements in the outlet",
            "voice_share": "the actor's share of the outlet's statements by actors with a name, 0 to 1",
            "others_voice_share": "the actor's share in all other outlets together; null when no other outlet has any",
            "voice_share_difference": "voice_share less others_voice_share; above 0 the outlet quotes the actor more",
        },
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
        {
            "family_id": "the row of quotation_families",
            "actor_name": "who speaks in the first report; null when unresolved",
            "content_text": "what was said, in the words of the first report",
            "first_outlet_name": "outlet of the first report; null when the page told none",
            "first_seen_at": "when the first report was published, else collected, UTC",
            "spread_hours": "hours from the first to the last report",
            "articles": "articles that report it",
            "outlets": "known outlets that report it",
            "versions": "different wordings among the reports, apart from case, marks and spaces",
        },
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
        {
            "statement_date": "day it was said",
            "unresolved_reason": "why the speaker could not be resolved",
            "speaker_text": "speaker as written; null when the text names none",
            "cue_text": "cue as written (said, according to)",
            "content_text": "what was said; the parts of the content, joined by a space",
            "outlet_name": "outlet of the article; null when the page told none",
            "headline": "headline of the article",
            "url": "address of the article; null for a file of unknown address",
            "statement_id": "the row of fct_statement",
        },
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
"""Every published view."""
