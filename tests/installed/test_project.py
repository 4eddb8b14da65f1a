"""What several files say of the project, each for another reader, is the same."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return found


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def test_the_citation_is_of_this_version(project: dict[str, Any]) -> None:
    citation = read("CITATION.cff")
    assert citation["version"] == project["version"]
    assert citation["repository-code"] == project["urls"]["Homepage"]
    assert citation["license"] == project["license"]
    assert citation["authors"] == project["authors"]


def test_the_workflow_runs_on_every_python_that_the_metadata_name(project: dict[str, Any]) -> None:
    said = [each.rpartition(" ")[2] for each in project["classifiers"] if ":: 3." in each]
    for job in ("run", "wheel"):
        assert read(".github/workflows/ci.yml")["jobs"][job]["strategy"]["matrix"]["python"] == said


def test_every_file_names_the_same_repository(project: dict[str, Any]) -> None:
    home = project["urls"]["Homepage"]
    for name in ("SECURITY.md", ".github/ISSUE_TEMPLATE/config.yml", "pyproject.toml"):
        text = (ROOT / name).read_text()
        assert {*re.findall(r"https://github\.com/\w+/fairgrade", text)} == {home}, name


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob(".github/*/*.yml")))
def test_workflows_and_templates_are_yaml(name: str) -> None:
    (path,) = ROOT.glob(f".github/*/{name}")
    assert isinstance(yaml.safe_load(path.read_text()), dict)


def test_a_release_is_of_a_version_that_the_changelog_has(project: dict[str, Any]) -> None:
    versions = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0] in ("Unreleased", project["version"])
