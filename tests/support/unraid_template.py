"""The template for Unraid, made from the table of variables."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from immich_smart_albums.config.variables import VARIABLES

_HEAD = """\
<?xml version="1.0"?>
<Container version="2">
  <Name>immich-smart-albums</Name>
  <Repository>immich-smart-albums</Repository>
  <Network>bridge</Network>
  <Shell>sh</Shell>
  <Privileged>false</Privileged>
  <Overview>Albums on an Immich photo server that keep themselves: rules select photos, the tool adds them.</Overview>
  <Category>MediaApp:Photos</Category>
  <WebUI>http://[IP]:[PORT:8765]/</WebUI>
  <ExtraParams>--read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --user 99:100</ExtraParams>
"""


def template() -> str:
    """Returns the text of `deploy/unraid/immich-smart-albums.xml`."""
    entries = [
        _config("Port", "Port", "8765", "8765", "the studio, the hook and the health pages", mode="tcp"),
        _config(
            "Rules",
            "Path",
            "/config",
            "/mnt/user/appdata/immich-smart-albums/config",
            "the folder with smart-albums.yaml",
            mode="ro",
        ),
        _config(
            "Ledger",
            "Path",
            "/data",
            "/mnt/user/appdata/immich-smart-albums/data",
            "the folder that remembers what was added",
            mode="rw",
        ),
    ]
    entries += [
        _config(
            variable.title,
            "Variable",
            variable.names[0],
            variable.example,
            variable.meaning.replace("`", ""),
            is_secret=variable.is_secret,
        )
        for variable in VARIABLES
        if variable.is_in_template and not variable.in_container
    ]
    return _HEAD + "".join(entries) + "</Container>\n"


def _config(
    name: str, type_: str, target: str, value: str, meaning: str, *, mode: str = "", is_secret: bool = False
) -> str:
    attributes = {
        "Name": name,
        "Target": target,
        "Default": "",
        "Mode": mode,
        "Description": meaning,
        "Type": type_,
        "Display": "always",
        "Required": "false",
        "Mask": str(is_secret).lower(),
    }
    words = " ".join(f"{word}={quoteattr(text)}" for word, text in attributes.items())
    return f"  <Config {words}>{escape(value)}</Config>\n"
