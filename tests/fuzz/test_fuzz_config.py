"""Settings and arguments of every sort: taken, or refused in one line that names them."""

import io
import math
import os
import sys
from unittest import mock

import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.cli import main
from pipeline.settings import Settings

NAMES = sorted(Settings.model_fields)
VALUES = st.one_of(
    st.sampled_from("0 -1 1e309 nan inf true None [] { 𝟛 ../..".split()),
    st.sampled_from(["", " 5 ", "9" * 400]),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20),
)
WORDS = (
    "extract clean sql feeds check evaluate backfill --from --to 2021-12-01 2021-13-45 --date --input - --format jsonl "
    "--help --text --engine ray no/such/file --data-dir é -x"
)
ARGUMENTS = st.sampled_from([*WORDS.split(), ""])


@given(name=st.sampled_from(NAMES), value=VALUES)
def test_settings(name, value):
    with mock.patch.dict(os.environ, {f"ONRECORD_{name.upper()}": value}):
        try:
            found = getattr(Settings(), name)
        except pydantic.ValidationError as error:
            named = error.errors()[0]["loc"][0]
        else:
            # Not a number would come through every comparison.
            named = name if not isinstance(found, float) or math.isfinite(found) else f"{name} is {found}"
    assert named == name


@given(arguments=st.lists(ARGUMENTS, min_size=1, max_size=4))
def test_arguments(arguments, tmp_path_factory, capsys):
    """Only commands that end at once: those that run the pipeline are left out."""
    if arguments[0] in ("backfill", "feeds") and "--help" not in arguments:
        arguments = ["sql", *arguments]
    data_dir = str(tmp_path_factory.mktemp("data"))
    with mock.patch.dict(os.environ, {"ONRECORD_DATA_DIR": data_dir}), mock.patch("sys.stdin"):
        sys.stdin = io.TextIOWrapper(io.BytesIO(b"Ann Orr said no.\n"))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    printed = capsys.readouterr()
    assert ended.value.code in (0, 1, 2, 3)
    assert "Traceback" not in printed.err
    if ended.value.code == 2:
        assert len(printed.err.strip().splitlines()) == 1, printed.err
