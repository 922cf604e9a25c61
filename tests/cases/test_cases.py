"""Rules files from beginning to end, each in a folder with what comes of it.

`rules.yaml` is planned (plan.txt, plan.md), applied, and planned again (again.txt); `later.yaml`, where there is one,
is what the rules are then (later.txt). `case.json` names photos to explain after that, by label: album and file name.
`REWRITE_CASES=1 pytest tests/cases` writes what comes of them anew, and a person reads the diff.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.load import Environment, load
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.explain.album import explain_album, rule_for
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.report.explanation import explanation_lines
from immich_smart_albums.report.plan.as_markdown import plan_markdown
from immich_smart_albums.report.plan.as_text import plan_lines
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from tests.support.golden_files import check_golden

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.rules.album import RuleSet

CASES = [path.parent for path in sorted(Path(__file__).parent.glob("*/rules.yaml"))]
HOW = SelectOptions(concurrency=2, log=lambda _: None)
TODAY = date(2026, 11, 1)
NOW = "2026-11-01T12:00:00Z"


@dataclass(frozen=True)
class Case:
    """A folder, a sandbox of its own, and a ledger."""

    folder: Path
    sandbox: Sandbox
    ledger: Path

    def check(self, file: str, text: str) -> None:
        """What is told is what the file says, whatever port the sandbox has."""
        check_golden(self.folder / file, text.replace(self.sandbox.url, "https://photos.example"))

    def read(self, file: str) -> tuple[RuleSet, ConnectedAccounts, Diagnostics]:
        """Rules, and everybody who takes part."""
        diagnostics = Diagnostics()
        keys = self.sandbox.keys
        environment = {"IMMICH_URL": self.sandbox.url, "ALICE_KEY": keys["alice"], "BOB_KEY": keys["bob"]}
        accounts = (self.folder / file).read_text(encoding="utf-8").count("accounts:\n")
        surroundings = Environment(environment, self.folder, TODAY)
        household = load([self.folder / file], surroundings, diagnostics, key=None if accounts else keys["alice"])
        makers = {
            name: partial(connect, settings, ConnectionOptions(), on_exchange=lambda _: None, on_read=lambda _: None)
            for name, settings in household.settings.items()
        }
        return household.rules, connect_accounts(makers), diagnostics

    def plan(self, file: str) -> tuple[Plan, str]:
        """What rules would change, as a value and as text with its notices."""
        book, accounts, findings = self.read(file)
        with open_ledger(self.ledger) as ledger:
            plan, notices = make_plan(book, accounts, ledger, HOW, made_at=NOW)
        messages = [f"note: {warning}" for warning in (*findings.warnings, *notices)]
        text = "\n".join([*messages, *plan_lines(plan)]) + "\n"
        return plan, text.replace(f"{self.folder}/", "")

    def apply(self, plan: Plan) -> None:
        """Do it."""
        _, accounts, _ = self.read("rules.yaml")
        servers = {name: account.server for name, account in accounts.present.items()}
        with open_ledger(self.ledger, doing="a test") as ledger:
            apply(plan, servers, ledger, ApplyResult(), lambda: NOW)

    def explain(self, album: str, photo: str) -> str:
        """Why a photo is in an album or not."""
        book, accounts, _ = self.read("rules.yaml")
        assets = self.sandbox.library.assets.values()
        asset_id = next(asset.id for asset in assets if asset.original_file_name == photo)
        with open_ledger(self.ledger) as ledger:
            result = explain_album(rule_for(album, book), asset_id, accounts, ledger, HOW, name=album)
        return "\n".join(explanation_lines(result)).replace(f"{self.folder}/", "") + "\n"


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder: Path, tmp_path: Path) -> None:
    with Sandbox(generate(400)) as sandbox:
        case = Case(folder, sandbox, tmp_path / "ledger.db")
        plan, text = case.plan("rules.yaml")
        case.check("plan.txt", text)
        case.check("plan.md", plan_markdown(plan).replace(f"{folder}/", "") + "\n")
        case.apply(plan)
        _, text = case.plan("rules.yaml")
        case.check("again.txt", text)
        if (folder / "later.yaml").exists():
            _, text = case.plan("later.yaml")
            case.check("later.txt", text)
        wanted = folder / "case.json"
        questions = json.loads(wanted.read_text(encoding="utf-8"))["explain"] if wanted.exists() else {}
        for label, (album, photo) in questions.items():
            case.check(f"explain-{label}.txt", case.explain(album, photo))
