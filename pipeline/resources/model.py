"""The attribution model as a resource: loaded on first use, once a process.

Belongs here: loading and caching. Does not: the model (``pipeline.extract.tagger``).
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pipeline.extract.attributions import MODEL_DIR
from pipeline.extract.cues import CueLexicon, read_lexicon
from pipeline.extract.statements import ActorSeeds, load_actor_seeds
from pipeline.extract.tagger import Tagger


class Extractor:
    """Model, cue lexicon and known actors, each loaded when first asked for."""

    def __init__(self, seeds_dir: Path, *, model_dir: Path = MODEL_DIR, threads: int = 1) -> None:
        self._seeds_dir, self._model_dir, self._threads = seeds_dir, model_dir, threads

    def __getstate__(self) -> dict[str, object]:
        # What was loaded stays here: a copy in another process loads its own.
        return {name: value for name, value in vars(self).items() if name.startswith("_")}

    @cached_property
    def tagger(self) -> Tagger:
        """The shipped model."""
        return Tagger(self._model_dir, threads=self._threads)

    @cached_property
    def cues(self) -> CueLexicon:
        """Reporting words and their classes."""
        return read_lexicon(self._seeds_dir / "cues.csv")

    @cached_property
    def seeds(self) -> ActorSeeds:
        """Known actors and their aliases."""
        return load_actor_seeds(self._seeds_dir)
