{{ lake_rows('run_log') }}
