"""What stands under `deploy/` is read as its readers read it, and what it runs is a command of this tool."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from immich_smart_albums import __version__
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.config.variables import VARIABLES
from immich_smart_albums.daemon.health import status_of
from immich_smart_albums.daemon.state import DaemonState, LastRun
from tests.support.dockerfile import environment, stages, value
from tests.support.examples import only_deep
from tests.support.unraid_template import template

CHECKOUT = Path(__file__).parents[2]
DEPLOY = CHECKOUT / "deploy"
NAMES = {name for variable in VARIABLES for name in variable.names}
COMPOSE = ("compose.yaml", "compose.immich.yaml")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def require_command(words: list[str]) -> None:
    """The words are a command line of this tool: its own parser takes them."""
    assert Path(words[0]).name == "immich-smart-albums"
    VERBS[words[1]].parser(words[1]).parse_args(words[2:])


def load(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


# -- the image --------------------------------------------------------------------------------------------------------


def test_the_image_runs_this_tool_as_nobody_special_and_writes_to_data_alone() -> None:
    build, image = stages(DEPLOY / "Dockerfile")
    assert value(image, "USER").text == "1000:1000"
    assert value(image, "STOPSIGNAL").text == "SIGTERM"
    assert value(image, "VOLUME").words == ["/data"]
    start = [*value(image, "ENTRYPOINT").words, *value(image, "CMD").words]
    require_command(start)
    assert "0.0.0.0:8765" in start
    assert value(image, "EXPOSE").text == "8765"
    health = value(image, "HEALTHCHECK").text
    require_command(re.sub(r'[",\[\]]', " ", health.partition("CMD ")[2]).split())
    assert not [instruction for instruction in image if instruction.word == "RUN" and "pip" in instruction.text]
    assert all("--require-hashes" in part or "--no-deps" in part for part in _installs(build))


def _installs(stage: list[Any]) -> list[str]:
    commands = [part for instruction in stage if instruction.word == "RUN" for part in instruction.text.split(" && ")]
    return [command for command in commands if " pip install " in command]


def test_the_image_sets_the_variables_that_the_table_says() -> None:
    _, image = stages(DEPLOY / "Dockerfile")
    said = {variable.names[0]: variable.in_container for variable in VARIABLES if variable.in_container}
    assert {name: text for name, text in environment(image).items() if name in NAMES} == said


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint", path=f"{CHECKOUT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}")
    if hadolint is None:
        pytest.skip("hadolint is not installed")
    run = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


# -- compose ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPOSE)
def test_a_compose_file_gives_the_container_no_more_than_it_needs(name: str) -> None:
    file = load(name)
    (service,) = file["services"].values()
    assert service["user"] == "1000:1000"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["environment"].keys() <= NAMES
    assert set(service["secrets"]) == set(file["secrets"])
    assert service["environment"]["IMMICH_API_KEY_FILE"] == f"/run/secrets/{service['secrets'][0]}"
    targets = {volume.split(":", 1)[1]: volume.split(":", 1)[0] for volume in service["volumes"]}
    assert targets.keys() == {"/config:ro", "/data"}
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_the_compose_file_of_its_own_joins_immichs_network_and_finds_the_dockerfile() -> None:
    file = load("compose.yaml")
    assert file["networks"]["default"] == {"name": "immich_default", "external": True}
    (service,) = file["services"].values()
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_beside_immichs_own_services_it_waits_for_the_server_to_be_well() -> None:
    (service,) = load("compose.immich.yaml")["services"].values()
    assert service["depends_on"] == {"immich-server": {"condition": "service_healthy"}}


# -- systemd, launchd -------------------------------------------------------------------------------------------------


def unit(path: Path) -> dict[str, list[str]]:
    """The settings of a unit, each with all its values."""
    settings: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            name, _, text = line.partition("=")
            settings.setdefault(name, []).append(text)
    return settings


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_service_runs_this_tool_with_a_user_of_its_own_and_the_key_as_a_credential(path: Path) -> None:
    settings = unit(path)
    require_command(shlex.split(settings["ExecStart"][0]))
    assert settings["DynamicUser"] == ["yes"]
    assert settings["StateDirectory"] == ["immich-smart-albums"]
    assert settings["LoadCredential"][0].startswith("immich_key:")
    variables = dict(text.split("=", 1) for text in settings["Environment"])
    assert variables.keys() <= NAMES
    assert variables["IMMICH_API_KEY_FILE"] == "%d/immich_key"
    assert {"NoNewPrivileges", "ProtectSystem", "ProtectHome", "CapabilityBoundingSet"} <= settings.keys()


def test_the_timer_starts_the_service_of_its_name() -> None:
    timer = DEPLOY / "systemd" / "immich-smart-albums-sync.timer"
    assert unit(timer)["Persistent"] == ["true"]
    assert timer.with_suffix(".service") in UNITS


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_itself_takes_the_unit(path: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    text = path.read_text(encoding="utf-8").replace("/opt/immich-smart-albums/bin/immich-smart-albums", "/bin/true")
    (tmp_path / path.name).write_text(text, encoding="utf-8")
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / path.name], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_launchd_starts_this_tool_and_again_when_it_fails() -> None:
    (path,) = (DEPLOY / "launchd").glob("*.plist")
    with path.open("rb") as file:
        settings = plistlib.load(file)
    require_command(settings["ProgramArguments"])
    assert settings["EnvironmentVariables"].keys() <= NAMES
    assert settings["KeepAlive"] == {"SuccessfulExit": False}
    assert settings["Label"] == path.stem


# -- forms ------------------------------------------------------------------------------------------------------------


def test_the_template_for_unraid_is_what_the_table_of_variables_says() -> None:
    path = DEPLOY / "unraid" / "immich-smart-albums.xml"
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(template(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == template(), "UPDATE_DOCS=1 writes it anew"
    root = ET.fromstring(template())
    assert {config.get("Mask") for config in root.iter("Config") if config.get("Target") == "IMMICH_API_KEY"} == {
        "true"
    }


def test_the_add_on_for_home_assistant_maps_the_rules_and_names_no_key() -> None:
    addon = load("homeassistant/addon/config.yaml")
    assert addon["map"] == [{"type": "addon_config", "read_only": True, "path": "/config"}]
    assert set(addon["arch"]) == {"amd64", "aarch64"}
    assert addon["ports"] == {"8765/tcp": None}
    assert addon["version"] == __version__


def test_the_sensors_for_home_assistant_read_what_the_daemon_tells() -> None:
    run = LastRun("2026-11-26T04:00:00Z", "2026-11-26T04:00:09Z", reason="daily", exit_code=0, albums=3)
    status = status_of(DaemonState(started="2026-11-01T00:00:00Z", last_run=run), now=0)
    (resource,) = load("homeassistant/rest.yaml")["rest"]
    assert resource["resource"].endswith("/api/status")
    for sensor in resource["sensor"]:
        for path in re.findall(r"value_json\.([\w.]+)", sensor["value_template"]):
            value: Any = status
            for word in path.split("."):
                assert word in value, f"{sensor['name']}: the status has no {path}"
                value = value[word]


# -- what is installed ------------------------------------------------------------------------------------------------


def pins(path: Path) -> dict[str, str]:
    """The version of each package, by its name in lower case."""
    result = re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {_name(name): version for name, version in result}


def _name(package: str) -> str:
    """The name of a package in its one spelling: `typing_extensions` → `typing-extensions`."""
    return package.lower().replace("_", "-")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-build.txt"])
def test_every_package_of_the_image_has_hashes_and_the_version_of_the_constraints(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    constraints = pins(CHECKOUT / "constraints.txt")
    for package, version in pins(DEPLOY / name).items():
        assert constraints[package] == version, f"{package}: `make hashes`"
    packages = re.split(r"\n(?=[\w.-]+==)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    assert all("--hash=sha256:" in package for package in packages)
    assert "http" not in text
    assert "index" not in text


def test_the_image_installs_whatever_the_tool_needs() -> None:
    project = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    needed = re.search(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    assert needed
    names = {name.lower().replace("_", "-") for name in re.findall(r'"([\w.-]+)', needed[1])}
    assert names <= pins(DEPLOY / "requirements.txt").keys(), "`make hashes`"


@only_deep
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_every_package_of_the_image_has_a_wheel_for_that_machine(machine: str, tmp_path: Path) -> None:
    """It asks the package index: some five seconds."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"]
    command += [
        "--target",
        str(tmp_path),
        "--only-binary",
        ":all:",
        "--implementation",
        "cp",
        "--python-version",
        "3.13",
    ]
    for age in ("manylinux_2_28", "manylinux_2_17", "manylinux2014"):
        command += ["--platform", f"{age}_{machine}"]
    command += ["--require-hashes", "--requirement", str(DEPLOY / "requirements.txt")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if "No module named pip" in run.stderr or re.search(r"Failed to establish|Retrying|ConnectionError", run.stderr):
        pytest.skip("the package index cannot be asked here")
    assert run.returncode == 0, run.stderr[-1000:]
