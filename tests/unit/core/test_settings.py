import pydantic
import pytest

from pipeline.settings import Settings


def test_settings_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("ONRECORD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ONRECORD_LANGUAGES", "en, FR")
    settings = Settings()
    assert settings.data_dir == tmp_path
    assert settings.language_set == {"en", "fr"}


def test_a_wrong_value_names_its_setting(monkeypatch):
    monkeypatch.setenv("ONRECORD_SCHEDULE_HOUR", "25")
    with pytest.raises(pydantic.ValidationError, match="schedule_hour"):
        Settings()


def test_settings_cannot_be_changed():
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Settings().schedule_hour = 3


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_does(name):
    assert Settings.model_fields[name].description
