"""``onrecord feeds``: is each feed alive, and adding one.

Belongs here: arguments and what is printed. Does not: asking the feeds (``pipeline.resources.collector``).
"""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer
from rich.text import Text

from pipeline.commands.options import DONE, WITH_REJECTS, DataDir, format_option, load_settings, out, waiting
from pipeline.terminal import flat


def feeds_check(
    format: Annotated[str, format_option("table", "csv", "jsonl")] = "table", data_dir: DataDir = None
) -> None:
    """Is each feed alive, how many entries, the newest, what would be collected. Collects nothing."""
    from pipeline.commands.views import feeds_view
    from pipeline.resources.collector import Collector

    collector = Collector(load_settings(data_dir))
    with waiting(f"asking {collector.feeds.height} feeds"):
        frame = collector.check_feeds()
    if format == "csv":
        sys.stdout.write(flat(frame).write_csv())
    elif format == "jsonl":
        sys.stdout.write(frame.write_ndjson())
    else:
        out.print(feeds_view(frame, now=dt.datetime.now(dt.UTC)))
    raise typer.Exit(DONE if frame["alive"].all() else WITH_REJECTS)


def feeds_add(
    url: Annotated[str, typer.Argument(help="Home page or feed.", metavar="URL")], data_dir: DataDir = None
) -> None:
    """Find the feeds of a home page and add the first to seeds/feeds.csv."""
    from pipeline.resources.collector import Collector

    settings = load_settings(data_dir)
    before = set(Collector(settings).outlets["outlet_id"].to_list())
    with waiting(f"looking for feeds at {url}"):
        added = Collector(settings).add_feed(url)
    out.print(Text(f"added    {added['feed_id']} ({added['kind']})  {added['url']}"), soft_wrap=True)
    out.print(Text(f"to       {settings.seeds_dir / 'feeds.csv'}"), soft_wrap=True)
    if added["outlet_id"] not in before:
        out.print(
            Text(
                f"outlet   {added['outlet_id']} is new: fill in its name and country_code in "
                f"{settings.seeds_dir / 'outlets.csv'}"
            ),
            soft_wrap=True,
        )
    out.print("next     `onrecord feeds check`, then `onrecord run`")
