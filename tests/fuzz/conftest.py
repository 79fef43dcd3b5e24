"""Two profiles: a quick one that draws the same inputs in every run, and a long one for ``make fuzz``."""

from hypothesis import HealthCheck, settings

CALM = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "quick", max_examples=25, derandomize=True, deadline=None, database=None, suppress_health_check=CALM
)
settings.register_profile(
    "long", max_examples=400, deadline=None, print_blob=True, suppress_health_check=CALM
)


def pytest_collection_modifyitems(config, items):
    """``quick`` unless the command line names a profile."""
    if not config.getoption("--hypothesis-profile"):
        for item in items:
            if "tests/fuzz" in str(item.path) and hasattr(item.obj, "hypothesis"):
                item.obj = settings(settings.get_profile("quick"))(item.obj)
