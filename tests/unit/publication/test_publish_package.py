"""datapackage.json tells the truth about every file."""

import hashlib
import json

import pytest
from marts_maker import mart_models

from pipeline.resources.publish_tables import TABLES


@pytest.fixture(scope="module")
def package(published):
    return json.loads((published.path / "datapackage.json").read_text(encoding="utf-8"))


def files_of(resource):
    return [resource, *resource.get("parquet", [])]


def test_every_file_has_the_size_and_hash_that_stand_there(published, package):
    described = [file for resource in package["resources"] for file in files_of(resource)]
    for file in described:
        data = (published.path / file["path"]).read_bytes()
        assert len(data) == file["bytes"]
        assert "sha256:" + hashlib.sha256(data).hexdigest() == file["hash"]
    there = {
        p.relative_to(published.folder).as_posix()
        for p in published.folder.rglob("*")
        if p.is_file() and not p.name.startswith(".") and p.name != "datapackage.json"
    }
    assert {file["path"] for file in described} == there


def test_it_names_the_run_the_publication_and_the_time(package, published):
    assert package["run_id"] == "first-run"
    assert package["id"] == published.publication_id == "000001-firstrun"
    assert package["created"] == "2021-12-31T12:00:00+00:00"
    assert package["row_counts"] == published.row_counts


@pytest.mark.parametrize("table", TABLES, ids=[t.name for t in TABLES])
def test_fields_keys_and_links_of_each_table(package, table):
    by_name = {r["name"]: r for r in package["resources"]}
    resource = by_name[table.name.replace("_", "-")]
    model = mart_models()[table.name]
    fields = resource["schema"]["fields"]
    assert [(f["name"], f["description"]) for f in fields] == [
        (c["name"], c["description"]) for c in model["columns"]
    ]
    assert [f["name"] for f in fields if f.get("constraints", {}).get("required")] == [
        c["name"] for c in model["columns"] if c.get("constraints")
    ]
    assert resource["row_count"] == 40 == sum(part["row_count"] for part in resource["parquet"])
    assert resource["schema"].get("primaryKey", []) == list(table.key)
    for link in resource["schema"].get("foreignKeys", []):
        target = by_name[link["reference"]["resource"]]
        assert set(link["reference"]["fields"]) <= {f["name"] for f in target["schema"]["fields"]}
        assert set(link["fields"]) <= {f["name"] for f in fields}


def test_types_are_frictionless_types(package):
    statement = next(r for r in package["resources"] if r["name"] == "fct-statement")
    types = {f["name"]: f["type"] for f in statement["schema"]["fields"]}
    assert types["statement_id"] == "string"
    assert types["statement_date"] == "date"
    assert types["word_count"] == "integer"
    assert types["confidence"] == "number"
    assert types["is_speech"] == "boolean"
    assert types["content_spans"] == "array"
    article = next(r for r in package["resources"] if r["name"] == "fct-article")
    assert {f["name"]: f["type"] for f in article["schema"]["fields"]}["published_at"] == "datetime"


def test_published_tables_are_the_marts_and_their_keys_are_tested_by_dbt():
    models = mart_models()
    assert {t.name for t in TABLES} == set(models)
    for table in TABLES:
        model = models[table.name]
        columns = {c["name"]: c for c in model["columns"]}
        assert {*table.key, *table.order} <= set(columns)
        assert all(columns[c].get("constraints") for c in table.key)
        if len(table.key) == 1:
            assert "unique" in columns[table.key[0]]["data_tests"]
        else:
            [test] = [t for t in model["data_tests"] if "unique_columns" in t]
            assert not table.key or tuple(test["unique_columns"]["arguments"]["columns"]) == table.key
