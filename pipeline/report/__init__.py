"""Pages for people: the report and the marked article.

Belongs here: pure code from frames and values to the text of files, with its templates, styles and scripts.
Does not: reading the publication or writing files (``pipeline.resources.report_tables``, ``report_site``).
"""
