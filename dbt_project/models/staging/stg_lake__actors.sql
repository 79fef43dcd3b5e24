{{ lake_rows('actors') }}
