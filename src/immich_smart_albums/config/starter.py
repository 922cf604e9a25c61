"""The rules file that `init` writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.config.rules_files import DEFAULT_NAME
from immich_smart_albums.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    from pathlib import Path

STARTER = """\
# Albums on Immich that keep themselves.
#
# immich-smart-albums config check   Is this file right?
# immich-smart-albums plan           What would change? Nothing is written.
# immich-smart-albums sync           Do it; again tomorrow, by cron.
#
# A # and one space begin a note. Other lines with # are examples: take the # away, and nothing else, to use them.
# For completion in your editor: immich-smart-albums config schema > smart-albums.schema.json, and as the first line
# here "yaml-language-server: $schema=smart-albums.schema.json", behind a # and a space.

# Where Immich is; or set IMMICH_URL. The API key is never in this file: set IMMICH_API_KEY, or name accounts.
#server: http://immich.local:2283

# Several people's keys, to feed shared albums: from a file, a variable, or a program that prints it.
#accounts:
#  alice: {key_file: /run/secrets/alice}
#  bob: {key_env: BOB_KEY}

# Names for several people, and for places.
#people:
#  kids: [Emma, Noah]
#places:
#  cabin: {lat: 61.5642, lon: 25.1814, radius: 2km}

albums:
  # Everything that you gave a heart to. Lines side by side must all hold.
  - name: Favourites
    match:
      favorite: true
      media: photo

  # A list means any of it, under "not" none of it.
  #- name: Kids and dogs
  #  match:
  #    any:
  #      - person: kids
  #      - smart: {query: a dog on a beach, top: 300}
  #    not:
  #      - person: {all: [John Smith, Mary Poppins]}
  #      - path: ^/photos/work/
  #      - screenshot: true
  #  share: [{user: grandma@example.org, role: viewer}]

  # Photos are only ever added. With "in-step" those that were added go again when they match no more.
  #- name: Cabin, last 12 months
  #  accounts: [alice, bob]
  #  match: {near: cabin, taken: {last: 12 months}}
  #  keep: in-step
  #  cover: newest

  # One rule, many albums.
  #- name: "{year} in {country}"
  #  match: {taken: {after: 2015}}
  #  split: [year, country]
"""
"""Its album needs no names, so it works everywhere. All examples together are valid, too."""


def write_starter(path: Path) -> Path:
    """Write the rules file, in a folder by its default name. Returns its path. Raises ConfigurationError."""
    try:
        path = path.expanduser()
        path = path / DEFAULT_NAME if path.is_dir() else path
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER)
    except FileExistsError:
        hint = "Name another file, or edit this one."
        raise ConfigurationError((Problem(str(path), "is there already, and stays as it is", hint),)) from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise ConfigurationError((Problem(str(path), f"cannot be written: {reason}"),)) from None
    return path
