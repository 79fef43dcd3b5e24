"""Addresses, feeds, lists and indexes of articles: bytes and text in, values out.

Belongs here: reading what publishers and operators offer. Does not: the network, files on disk,
Dagster (``pipeline.resources`` fetches and stores).
"""
