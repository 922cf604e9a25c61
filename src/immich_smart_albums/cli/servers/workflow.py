"""`workflow`: let Immich tell the daemon of new photos, see whether it does, and end that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.cli.rules_session import rules_options
from immich_smart_albums.cli.servers.daemon import read_secret, read_url, secret_place
from immich_smart_albums.config.hook_secret import make_hook_secret
from immich_smart_albums.daemon.http.hook import HEADER, PATH
from immich_smart_albums.errors import MissingPermission, Problem, ServerError
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.operations.workflows import (
    WITHOUT,
    WORKFLOWS_NEED,
    Webhook,
    WorkflowState,
    install,
    remove,
    state_of,
    steps_to,
)
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.session import Session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.operations.ports.server import Workflows

_URL_HINT = "Give --url, such as --url http://smart-albums:8765: how Immich reaches the daemon."


def run(arguments: argparse.Namespace) -> Exit:
    """Install, remove or look for the workflow of each account. Returns 1 unless that goes well for all."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
    session = Session(rules_options(arguments), console.show)
    session.load()
    action = _remove if arguments.action == "remove" else _action(arguments, _hook(arguments))
    results = [_of_account(name, server.workflows, action, console) for name, server in session.servers.items()]
    for problem in session.accounts.absent.values():
        console.problem(problem)
    return Exit.DONE if all(results) and not session.accounts.absent else Exit.FAILED


def _hook(arguments: argparse.Namespace) -> Webhook:
    """Returns the webhook that Immich should call. Raises ConfigurationError."""
    diagnostics = Diagnostics()
    url, secret = read_url(arguments), read_secret(arguments, diagnostics)
    if url is None:
        diagnostics.problems.append(Problem("--url", "nothing says how Immich reaches the daemon", _URL_HINT))
    diagnostics.raise_problems()
    if secret is None and arguments.action == "install" and not arguments.dry_run:
        secret = make_hook_secret(secret_place(arguments))
    return Webhook(f"{url}{PATH}", HEADER, secret or Secret(""))


def _action(arguments: argparse.Namespace, hook: Webhook) -> Callable[[str, Workflows], bool]:
    if arguments.action == "status":
        return lambda name, workflows: _status(name, workflows, hook)
    return lambda name, workflows: _install(name, workflows, hook, dry_run=arguments.dry_run)


def _of_account(name: str, workflows: Workflows, action: Callable[[str, Workflows], bool], console: Console) -> bool:
    """Run an action for one account. Returns whether it went well; a failure is reported and stops no other account."""
    try:
        return action(name, workflows)
    except MissingPermission as error:
        hint = f"For workflows a key needs {', '.join(WORKFLOWS_NEED)}."
        console.problem(Problem(f"account {name}", error.message, hint))
    except ServerError as error:
        console.problem(Problem(f"account {name}", error.message, error.hint))
    return False


def _status(name: str, workflows: Workflows, hook: Webhook) -> bool:
    state, _ = state_of(workflows, hook)
    print_lines([f"{name}: {state.value}", *([WITHOUT] if state is WorkflowState.UNSUPPORTED else [])])
    return state is WorkflowState.PRESENT


def _install(name: str, workflows: Workflows, hook: Webhook, *, dry_run: bool) -> bool:
    state, ours = state_of(workflows, hook)
    print_lines([f"{name}: {step}" for step in steps_to(state, ours, hook)])
    if state is WorkflowState.PRESENT:
        print_lines([f"{name}: {state.value}"])
    elif state is WorkflowState.UNSUPPORTED or not dry_run:
        print_lines([f"{name}: done, and Immich shows it so: {install(workflows, hook).id}"])
    return True


def _remove(name: str, workflows: Workflows) -> bool:
    count = remove(workflows)
    print_lines([f"{name}: {'removed' if count else 'there was none'}"])
    return True
