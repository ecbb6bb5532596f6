"""Writing files whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO


@contextmanager
def written_whole(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """What is written takes the place of the file at `path` once all of it is there: until then, and after a failure, the old one
    stands. `private` lets only its owner read it. Raises OSError.
    """
    if path.exists() and not path.is_file():  # a pipe or the like
        with path.open("wb") as file:
            yield file
        return
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        fresh = Path(folder) / path.name
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666), "wb") as file:
            yield file
        fresh.replace(path)
