"""The commands of ``onrecord``, one module for each thing people do with it.

Belongs here: arguments, exit codes, what is printed. Does not: the work, which lies in the modules that a
command imports when it is called (Dagster and dbt take seconds to import), and rendering (``terminal``).
"""
