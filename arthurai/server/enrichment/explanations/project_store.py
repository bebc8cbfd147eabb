"""The store of the projects of users."""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.identifiers import new_id
from arthurai.server.sandbox.project_archive import ArchiveError, unpack
from arthurai.server.sandbox.temp_dir import remove
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import AbstractContextManager

    from arthurai.server.storage.stored_files import StoredFiles

_FOLDER: Final = "explainers"
_SCRATCH: Final = "scratch-"


class Projects:
    """Unpacked projects, each in its own directory, which never changes.

    Attributes:
        changing: Lock held while a project is added to a state, and while others are deleted; where
            servers share projects, all of them take turns by it.
    """

    def __init__(
        self,
        data_dir: Path | None,
        owner: str = "",
        running: Iterable[str] = (),
        files: StoredFiles | None = None,
        changing: AbstractContextManager[object] | None = None,
    ) -> None:
        """Keep projects below a directory.

        Args:
            data_dir: Directory of the server; `None` keeps them until this object is closed.
            owner: Id of this server.
            running: Ids of the servers that may use the directory at the same time.
            files: What servers without a directory share: projects are stored there, too.
            changing: The lock; by default one of this process.
        """
        self._scratch = f"{_SCRATCH}{owner}-"
        others = tuple(f"{_SCRATCH}{server}-" for server in running)
        self.changing = threading.Lock() if changing is None else changing
        self._files = files
        self._at_end: weakref.finalize[..., Projects] | None = None
        if data_dir is None:
            self._root = Path(tempfile.mkdtemp(prefix="arthurai-explainers-"))
            self._at_end = weakref.finalize(self, _remove, self._root, os.getpid())
        else:
            self._root = data_dir / _FOLDER
            for left in self._root.glob(f"*/*/{_SCRATCH}*"):
                if not left.name.startswith(others):
                    remove(left)  # left by a server that was killed

    def close(self) -> None:
        """Delete temporary projects; no process may use them any more."""
        if self._at_end is not None:
            self._at_end()

    def directory(self, model_id: str, project_id: str) -> Path:
        """Return the directory with the code of a project.

        Args:
            model_id: The model it belongs to.
            project_id: Its id.
        """
        return (self._root / model_id / project_id / "project").resolve()

    def has(self, model_id: str, project_id: str | None) -> bool:
        """Return whether the code of a project is on this server; fetch it where it is stored.

        Args:
            model_id: The model it belongs to.
            project_id: Its id; `None` for no project.
        """
        if project_id is None or self.directory(model_id, project_id).is_dir():
            return True
        return self._files is not None and self._fetch(self._files, model_id, project_id)

    def _fetch(self, files: StoredFiles, model_id: str, project_id: str) -> bool:
        folder = f"{_folder(model_id, project_id)}/project/"
        names = [name for name, _ in files.find(folder)]
        if not names:
            return False
        target = self.directory(model_id, project_id)
        part = target.with_name(f"{_SCRATCH}{new_id()}")
        for name in names:
            path = part / name.removeprefix(folder)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files.get(name))
        try:
            part.rename(target)
        except OSError:  # another thread was faster
            remove(part)
        return target.is_dir()

    def scratch(self, model_id: str, project_id: str) -> Path:
        """Return a new directory for the temporary files of a process.

        Args:
            model_id: The model the project belongs to.
            project_id: Its id.
        """
        return (self._root / model_id / project_id / f"{self._scratch}{new_id()}").resolve()

    def add(self, model_id: str, stream: IO[bytes], module: str) -> str:
        """Unpack a project.

        Args:
            model_id: The model it belongs to.
            stream: The zip.
            module: Name of the module with the predict function.

        Returns:
            Its id.

        Raises:
            ApiError: 400 when the zip is refused or the module is not in it.
        """
        project_id = new_id()
        target = self.directory(model_id, project_id)
        try:
            files = unpack(stream, target)
            _require_module(module, files)
            self._store(model_id, project_id, target)
        except ArchiveError as error:
            remove(target.parent)
            raise ApiError(400, f"user_project.zip: {error}") from None
        except (OSError, DataStoreError):
            remove(target.parent)
            raise
        return project_id

    def _store(self, model_id: str, project_id: str, project: Path) -> None:
        if self._files is None:
            return
        folder = f"{_folder(model_id, project_id)}/project"
        for path in sorted(project.rglob("*")):
            if path.is_file():
                name = path.relative_to(project).as_posix()
                self._files.put(f"{folder}/{name}", path.read_bytes())

    def keep_only(self, model_id: str, kept: Collection[str]) -> None:
        """Delete the other projects of a model.

        Args:
            model_id: The model.
            kept: Ids of the projects to keep.
        """
        folder = self._root / model_id
        if folder.is_dir():
            for path in folder.iterdir():
                if path.name not in kept:
                    remove(path)
        if self._files is not None:
            stored = {name.split("/")[2] for name, _ in self._files.find(f"{_FOLDER}/{model_id}")}
            for project_id in stored - set(kept):
                self._files.delete_folder(_folder(model_id, project_id))


def _folder(model_id: str, project_id: str) -> str:
    return f"{_FOLDER}/{model_id}/{project_id}"


def _remove(root: Path, owner: int) -> None:
    """Delete temporary projects, unless a fork of their owner ends."""
    if os.getpid() == owner:
        remove(root)


def _require_module(module: str, files: Collection[str]) -> None:
    path = module.replace(".", "/")
    if not {f"{path}.py", f"{path}/__init__.py"} & set(files):
        raise ArchiveError(
            f"the module {module!r} of user_predict_function_import_path is missing: there"
            f" must be a {path}.py at its root"
        )
