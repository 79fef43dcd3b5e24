{{ lake_rows('feed_entries') }}
