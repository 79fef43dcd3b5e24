"""Imports only go down the floors; the pure packages know no Dagster, DuckDB, HTTP or environment."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "pipeline"
PURE = ("scrape", "clean", "extract", "report")
FORBIDDEN = {"dagster", "dagster_dbt", "duckdb", "httpx", "httpcore", "requests", "urllib3", "aiohttp", "dbt"}
FLOORS = [
    {"cli", "commands", "__main__"},
    {"running", "documents", "evaluation", "diagnosis", "terminal"},
    {"definitions"},
    {"jobs", "schedules", "sensors"},
    {"assets"},
    {"checks"},
    {"resources"},
    {"report", "scrape", "clean", "extract"},
    {"settings", "schemas", "records", "ids", "minhash"},
]
FLOOR = {name: level for level, names in enumerate(FLOORS) for name in names}


def modules(path: Path = ROOT) -> list[Path]:
    return sorted(p for p in path.rglob("*.py") if "training" not in p.parts)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize(
    "path", [p for d in PURE for p in modules(ROOT / d)], ids=lambda p: str(p.relative_to(ROOT))
)
def test_pure_packages_stay_pure(path):
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & FORBIDDEN
    uses = {
        f"{n.value.id}.{n.attr}"
        for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    }
    assert not uses & {"os.environ", "os.getenv"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down_only(path):
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imports(path):
        if name.startswith("pipeline."):
            other = name.split(".")[1]
            assert other != "training", f"{path.name} imports training code"
            assert FLOOR[own] <= FLOOR[other], f"{own} may not import {other}"


def test_the_core_package_list_is_complete():
    packages = {p.name for p in ROOT.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    named = packages - {"training"} | {p.stem for p in ROOT.glob("*.py")} - {"__init__"}
    assert named <= set(FLOOR), f"put {sorted(named - set(FLOOR))} on a floor"
