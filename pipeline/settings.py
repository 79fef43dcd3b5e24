"""Settings: one frozen object, read from the environment once.

Belongs here: every setting, its default, its meaning. Does not: reading the environment anywhere else.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may set, each as ``ONRECORD_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="ONRECORD_", frozen=True, extra="ignore")

    data_dir: Path = Field(default=PROJECT_DIR / "data", description="folder for everything made at run time")
    seeds_dir: Path = Field(
        default=PROJECT_DIR / "seeds", description="folder of outlets, feeds, actors, aliases, cues"
    )
    contact: str = Field(
        default="",
        description="mail or web address in the User-Agent, so that a site can reach the operator; set it",
    )
    languages: str = Field(
        default="en", description="ISO 639-1 codes of articles to keep, separated by commas"
    )
    allow_private_addresses: bool = Field(
        default=False, description="fetch from loopback and private networks too; for tests on 127.0.0.1"
    )
    host_spacing_seconds: float = Field(
        default=1.0, ge=0, description="least time between two requests to one host"
    )
    host_budget_seconds: float = Field(default=600, gt=0, description="most time spent on one host in a run")
    run_budget_seconds: float = Field(default=5400, gt=0, description="most time spent collecting in a run")
    request_timeout_seconds: float = Field(default=20, gt=0, description="most time for one request")
    max_page_bytes: int = Field(
        default=10_000_000, gt=0, description="largest page after decompression, bytes"
    )
    refetch_days: int = Field(
        default=60, ge=0, description="a canonical address seen this recently is not fetched again"
    )
    schedule_hour: int = Field(default=5, ge=0, le=23, description="hour of the daily run, in schedule_zone")
    schedule_zone: str = Field(default="UTC", description="IANA time zone of the daily run")
    lock_wait_seconds: float = Field(
        default=600, ge=0, description="how long a run waits for another's warehouse lock"
    )

    @property
    def language_set(self) -> frozenset[str]:
        """``languages`` as a set."""
        return frozenset(code.strip().lower() for code in self.languages.split(",") if code.strip())


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: A variable has a value that does not fit; it names the variable.
    """
    return Settings()
