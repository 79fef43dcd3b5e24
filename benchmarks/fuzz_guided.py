"""Coverage-guided fuzzing: the property tests of ``tests/fuzz`` with bytes that atheris mutates by what they reach.

    python -m benchmarks.fuzz_guided TARGET [--seconds 60] [--corpus FOLDER]     search
    python -m benchmarks.fuzz_guided TARGET --again FILE                         a finding again

``fuzz.py`` starts it and installs atheris, which is no part of the lock. A finding ends it with its traceback and a
file beside the corpus.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.sections import ROOT

FOLDER = ROOT / "data" / "bench" / "fuzz"
PACKAGES = FOLDER / "packages"
TARGETS = {
    "feeds": ("test_fuzz_collecting", "test_feeds"),
    "addresses": ("test_fuzz_collecting", "test_addresses"),
    "lists": ("test_fuzz_collecting", "test_lists"),
    "indexes": ("test_fuzz_collecting", "test_indexes"),
    "links": ("test_fuzz_collecting", "test_links_to_feeds"),
    "settings": ("test_fuzz_config", "test_settings"),
    "quotations": ("test_fuzz_text", "test_quotation_marks"),
    "pages": ("test_clean_fuzz", "test_mutated_pages"),
    "bytes": ("test_clean_fuzz", "test_any_bytes"),
}
"""Property tests that need no fixture."""


def property_of(target: str) -> Callable[[bytes], object]:
    """The test as a function of the bytes that its input is drawn from."""
    module, name = TARGETS[target]
    return getattr(__import__(module), name).hypothesis.fuzz_one_input


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, default=FOLDER / "corpus")
    parser.add_argument("--again", type=Path)
    args = parser.parse_args()
    sys.path += [str(ROOT / "tests" / "fuzz"), str(ROOT / "tests" / "unit" / "clean")]
    if args.again:
        property_of(args.target)(args.again.read_bytes())
        return
    sys.path.append(str(PACKAGES))
    import atheris

    with atheris.instrument_imports(include=["pipeline"]):
        test = property_of(args.target)
    corpus = args.corpus / args.target
    corpus.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={args.seconds}", f"-artifact_prefix={args.corpus}/{args.target}-"]
    options += ["-rss_limit_mb=4096", "-timeout=60", "-max_len=8192", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: test(data))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
