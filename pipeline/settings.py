"""Settings: one frozen object, read from the environment once.

Belongs here: every setting, its default, its meaning. Does not: reading the environment anywhere else.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What an operator may set, each as ``ONRECORD_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="ONRECORD_", frozen=True, extra="ignore", allow_inf_nan=False
    )

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
        default=0.5, ge=0, description="least time between two requests to one host"
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
    schedule_cron: str = Field(
        default="", description="cron line of the daily run in place of schedule_hour; for tests"
    )
    catch_up_days: int = Field(
        default=7, ge=0, le=60, description="the daily run also makes the missed ones of so many days before"
    )
    collect_every_hours: int = Field(
        default=3, ge=0, le=24, description="hours between two polls of the feeds, last at 23:20 UTC; 0: none"
    )
    step_processes: int = Field(
        default=1, ge=1, description="processes for the steps of one run; 1: the run's own process does all"
    )
    workers: int = Field(
        default=0, ge=0, description="processes that clean and extract; 0: one a core that the run may use"
    )
    lock_wait_seconds: float = Field(
        default=600, ge=0, description="how long a run waits for another's warehouse lock"
    )
    history_days: int = Field(
        default=90,
        ge=1,
        description="runs and their logs are kept so long; see Retention in docs/operators.md",
    )
    fresh_hours: float = Field(
        default=36, gt=0, description="a publication older than this is reported by a check"
    )
    silent_feed_days: int = Field(
        default=3, ge=1, description="a feed without entries for so many days is reported by a check"
    )
    ui_url: str = Field(
        default="http://127.0.0.1:3000", description="where the Dagster UI is; for links in alerts"
    )
    report_url: str = Field(
        default="", description="where published/report is served, for links; empty: its path is shown"
    )
    alert_webhook: SecretStr = Field(
        default=SecretStr(""), description="address that failures are posted to as JSON; empty: none"
    )
    alert_email: str = Field(
        default="", description="addresses that failures are mailed to, separated by commas; empty: none"
    )
    alert_sender: str = Field(default="onrecord@localhost", description="sender of those mails")
    smtp_host: str = Field(default="localhost", description="mail server for alerts")
    smtp_port: int = Field(default=25, gt=0, le=65535, description="its port")
    smtp_tls: bool = Field(default=False, description="STARTTLS before the mail is handed over")
    smtp_user: str = Field(default="", description="its user; empty: no login")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="that user's password")

    @field_validator("schedule_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no IANA time zone, such as Europe/Riga or UTC") from error
        return value

    @property
    def language_set(self) -> frozenset[str]:
        """``languages`` as a set."""
        return frozenset(code.strip().lower() for code in self.languages.split(",") if code.strip())

    @property
    def alert_addresses(self) -> list[str]:
        """``alert_email`` as a list."""
        return [address.strip() for address in self.alert_email.split(",") if address.strip()]


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process.

    Raises:
        pydantic.ValidationError: A variable has a value that does not fit; it names the variable.
    """
    return Settings()
