"""Word lists of cues, and what is needed to find the reporting word of a cue with them.

Belongs here: the lists (CSV), ``lexicon.py`` which loads them, ``phrase.py`` which finds the head of a
cue. Does not: what a cue means (``pipeline.extract.cues``).

The lists: ``irregular.csv`` (forms that no ending rule gives), ``spelling.csv`` (American to British
base forms; the lexicon is in British spelling), ``grammar.csv`` (function words by the role they play in
a cue), ``rationale.csv`` (why each group of ``seeds/cues.csv`` is classed as it is, and what each role
of ``grammar.csv`` is for).
"""
