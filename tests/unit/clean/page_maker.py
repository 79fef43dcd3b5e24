"""Small pages of invented news, for the tests of cleaning."""

from __future__ import annotations

import datetime as dt
import json

COLLECTED = dt.datetime(2024, 5, 2, 12, tzinfo=dt.UTC)
HEADLINE = "Ministers meet in Riga to discuss the budget"
PARAGRAPHS = [
    "RIGA (Reuters) - Ministers of eleven countries met in Riga on Tuesday to discuss the budget of the union.",
    "“We have waited long enough,” said Anna Berzina, the finance minister of Latvia, before the talks began.",
    "The opposition called the plan too little and too late, and asked for a vote in parliament next week.",
    "A spokesman for the commission declined to comment on the figures that were leaked to the press.",
]


def page(
    paragraphs: list[str] | None = None,
    *,
    headline: str = HEADLINE,
    head: str = "",
    before: str = "",
    after: str = "",
    data: dict[str, object] | None = None,
) -> str:
    """A page of the kind that most outlets have."""
    told = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline,
        "author": [{"@type": "Person", "name": "Jane Doe"}],
        "publisher": {"@type": "Organization", "name": "Daily Example"},
        "datePublished": "2024-05-01T09:30:00+03:00",
        "dateModified": "2024-05-01T11:00:00+03:00",
        "articleSection": "World",
        **(data or {}),
    }
    texts = "".join(f"<p>{text}</p>\n" for text in (PARAGRAPHS if paragraphs is None else paragraphs))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{headline} | Daily Example</title>
<meta property="og:site_name" content="Daily Example"><meta property="og:type" content="article">
<link rel="canonical" href="https://www.example.com/world/ministers-meet">
<script type="application/ld+json">{json.dumps(told)}</script>{head}</head>
<body class="article has-sidebar"><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav>
<main><article><header><h1>{headline}</h1><p class="byline">By <a rel="author" href="/jane">Jane Doe</a></p>
<time datetime="2024-05-01T09:30:00+03:00">May 1, 2024 9:30 am</time></header>{before}
<div class="article-body">{texts}</div>{after}</article></main>
<footer><p>© 2024 Daily Example. All rights reserved.</p></footer></body></html>"""
