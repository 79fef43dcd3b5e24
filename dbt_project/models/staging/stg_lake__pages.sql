{{ lake_rows('pages') }}
