{{ lake_rows('mentions') }}
