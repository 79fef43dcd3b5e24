{{ lake_rows('articles') }}
