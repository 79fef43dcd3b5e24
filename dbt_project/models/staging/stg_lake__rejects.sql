{{ lake_rows('rejects') }}
