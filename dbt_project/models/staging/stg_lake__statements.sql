{{ lake_rows('statements') }}
