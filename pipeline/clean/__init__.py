"""Cleaning: from a page's bytes to the article and nothing else.

Belongs here: everything between stored bytes and ``articles`` rows; ``articles.py`` is what the
outside calls. Does not: fetching and storing pages (``pipeline.scrape``, ``pipeline.resources``),
finding statements (``pipeline.extract``).
"""
