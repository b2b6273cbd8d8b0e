"""The walls of the house: imports go one way only, and nothing is forgotten."""

import ast
import importlib
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("metya", "social", "rewards")
LAYERS = {
    "models": 0,
    "policy": 1,
    "reads": 2,
    "actions": 2,
    "forms": 3,
    "views": 4,
    "jobs": 4,
    "tasks": 4,
    "consumers": 4,
    "admin": 4,
    "urls": 5,
}
PURE_LIBRARIES = {"numpy", "scipy"}
# What is pure of the ranking, and the command that computes a round again.
PURE_RANKING = "social.ranking.maths"
PURE_PARENTS = {"social", "social.ranking"}


def _files():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts and "node_modules" not in path.parts:
                yield path


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _pure(name: str) -> bool:
    return name in PURE_PARENTS or name == PURE_RANKING or name.startswith(f"{PURE_RANKING}.")


def test_apps_import_downwards_only():
    allowed = {"metya": {"metya"}, "social": {"metya", "social"}, "rewards": {"metya", "social", "rewards"}}
    # The site's entry points bring the apps together by name; they are not part of a layer.
    exempt = {ROOT / "metya" / "urls.py", ROOT / "metya" / "asgi.py"}
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _files()
        if path not in exempt
        for name in _imports(path)
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in allowed[path.relative_to(ROOT).parts[0]]
    ]
    assert not wrong


def test_engine_stands_alone():
    for path in (ROOT / "rewards" / "engine").rglob("*.py"):
        for name in _imports(path):
            assert name.split(".")[0] != "django", f"{path} imports {name}"
            assert name.split(".")[0] not in PACKAGES or name.startswith("rewards.engine") or name == "rewards", path


def test_the_pure_part_of_the_ranking_stands_alone():
    """Anyone recomputes a training round with numpy and scipy alone, so these import nothing of the site."""
    folder = ROOT / "social" / "ranking"
    for path in (*(folder / "maths").glob("*.py"), folder / "verify.py"):
        for imported in _imports(path):
            top = imported.split(".")[0]
            assert top in PURE_LIBRARIES or top in sys.stdlib_module_names or _pure(imported), (path, imported)
    for package in (ROOT / "social", folder):
        assert not _imports(package / "__init__.py")


def test_layers_import_downwards_only():
    wrong = []
    for path in _files():
        own = LAYERS.get(path.stem)
        if own is None:
            continue
        for name in _imports(path):
            parts = name.split(".")
            if parts[0] not in PACKAGES:
                continue
            for part in parts[1:]:
                if LAYERS.get(part, -1) > own:
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_no_import_hides_in_a_function_to_dodge_a_circle():
    wrong = []
    for path in _files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "ready":
                for inner in ast.walk(node):
                    if isinstance(inner, ast.ImportFrom) and (inner.module or "").split(".")[0] in PACKAGES:
                        wrong.append(f"{path.relative_to(ROOT)}:{inner.lineno}")
    assert not wrong


def test_members_addresses_are_asked_by_one_guarded_way_alone():
    reaching = {"http.client", "socket", "ssl", "urllib.request", "requests", "httpx", "aiohttp", "urllib3"}
    guard = ROOT / "social" / "outgoing"
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / "social").rglob("*.py"))
        for name in _imports(path)
        if (guard not in path.parents and name in reaching)
        or (guard in path.parents and name.startswith("social.") and not name.startswith("social.outgoing"))
    ]
    assert not wrong


@pytest.mark.parametrize("app", ["social", "rewards"])
def test_every_feature_model_is_imported(app):
    known = {model.__module__ for model in apps.get_app_config(app).get_models()}
    for path in (ROOT / app).glob("*/models.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        importlib.import_module(module)
        assert module in known, f"{app}/models.py does not import {module}"


@pytest.mark.parametrize("app", ["social", "rewards"])
def test_every_feature_admin_is_imported(app):
    for path in (ROOT / app).glob("*/admin.py"):
        assert f"{app}.{path.parent.name}" in _imports(ROOT / app / "admin.py") or any(
            name.startswith(f"{app}.{path.parent.name}.admin") for name in _imports(ROOT / app / "admin.py")
        ), f"{app}/admin.py does not import {path}"


def test_files_stay_readable():
    long = [
        f"{path.relative_to(ROOT)}: {lines}" for path in _files() if (lines := len(path.read_text().splitlines())) > 400
    ]
    assert not long


def test_the_readme_names_every_folder():
    rows = (ROOT / "README.md").read_text().split("## A map of the house", 1)[1].split("\n## ", 1)[0]
    named = {part: row for row in rows.splitlines() for part in PACKAGES if row.startswith(f"| `{part}/`")}
    plumbing = {"management", "migrations", "templatetags", "__pycache__"}
    missing = [
        f"{part}/{folder.name}"
        for part in PACKAGES
        for folder in sorted((ROOT / part).iterdir())
        if folder.is_dir() and folder.name not in plumbing and f"{folder.name}/" not in named[part]
    ]
    assert not missing
