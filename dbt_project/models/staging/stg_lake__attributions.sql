{{ lake_rows('attributions') }}
