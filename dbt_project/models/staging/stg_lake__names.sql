{{ lake_rows('names') }}
