"""`ExplanationPackager`: pack a user's project and try it before it is uploaded."""

from __future__ import annotations

import logging
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from arthurai.common.checks import read_list, spell_choice
from arthurai.common.constants import InputType, Stage, TextDelimiter, ValueType
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserValueError,
)
from arthurai.common.text import list_names
from arthurai.explain import dry_run, manifest, requirements
from arthurai.explain import explanation_options as settings
from arthurai.explain.output_validation import validate_predicted_attribute_order_matches_remote
from arthurai.model.base_model import name_of, require_id

if TYPE_CHECKING:
    from arthurai.explain.manifest import Manifest
    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.multipart import FilePart

logger = logging.getLogger(__name__)

_PROJECT_PART: Final = "user_project.zip"
_REQUIREMENTS_PART: Final = "user_requirements_file.txt"
_EXPLAINER_PART: Final = "explainer.pkl"
_SMALL_SAMPLE: Final = 50


class ExplanationPackager:
    """Packs a project and tries it, before anything is uploaded.

    The user's files are only read. The code runs in a separate process, from an unpacked copy of
    the archive that is uploaded, so that files missing there are noticed here.

    Args:
        model: A saved model.
        **kwargs: The settings of `ArthurModel.enable_explainability`.

    Raises:
        UserValueError: A setting is unknown or invalid.
    """

    FILE_FIELDS: ClassVar[list[str]] = list(settings.FILE_FIELDS)

    def __init__(self, model: ArthurModelBase, **kwargs: Any) -> None:
        self.model = model
        self.settings = dict(kwargs)
        if "explanation_algo" in kwargs:
            algorithms = (settings.LIME, settings.SHAP)
            self.settings["explanation_algo"] = spell_choice(kwargs["explanation_algo"], algorithms)
        settings.check_settings(self.settings)
        self.manifest: Manifest | None = None
        self._requirements: str | None = None
        self._folder: Path | None = None
        self._ready = False
        if model.input_type in {InputType.NLP, InputType.Image} and any(
            self.contains_file_fields()
        ):
            algorithm = self.settings.get("explanation_algo")
            if algorithm != settings.LIME:
                if algorithm is not None:
                    logger.warning(
                        "%s models are explained with lime, not %s", model.input_type, algorithm
                    )
                self.settings["explanation_algo"] = settings.LIME

    def contains_file_fields(self) -> tuple[bool, bool]:
        """Return whether any, and whether all of `FILE_FIELDS` are set."""
        given = [self.settings.get(name) is not None for name in self.FILE_FIELDS]
        return any(given), all(given)

    def prepare(self) -> list[FilePart]:
        """Pack and try the project, if there is one.

        Returns:
            The files to upload; none when only settings change.

        Raises:
            MissingParameterError: Only a part of `FILE_FIELDS` is set.
            ArthurError: As for `create`.
        """
        some, everything = self.contains_file_fields()
        if not some:
            return []
        if not everything:
            missing = [name for name in self.FILE_FIELDS if self.settings.get(name) is None]
            raise MissingParameterError(
                f"a project needs all of {', '.join(self.FILE_FIELDS)}; missing are "
                f"{', '.join(missing)}"
            )
        self.create()
        return self.get_request_files()

    def create(self) -> None:
        """Pack the project, try its predict function, and build the explainer.

        Raises:
            ArthurUserError: The project is invalid, or a library is missing.
            UserValueError: The requirements are invalid, the predict function fails, or its
                predictions differ from those of the sample.
        """
        self._check_model()
        problems = self.validate_requirements_add_sklearn()
        if problems:
            raise UserValueError(
                f"{self._requirements_path()} must be corrected:\n  " + "\n  ".join(problems)
            )
        validate_predicted_attribute_order_matches_remote(self.model)
        self.make_zip()
        self.test()
        self._ready = True

    def make_zip(self) -> Path:
        """Pack the project and log what is in the archive and what is not.

        Returns:
            The archive, which exists as long as this object.

        Raises:
            ArthurUserError: There is no requirements file.
            UserValueError: There is no such directory, or no such entry module in the archive.
        """
        project = self._project()
        self._requirements_path()
        given = self.settings.get("ignore_dirs")
        ignored = () if given is None else read_list("ignore_dirs", given, "directories")
        self.manifest = manifest.select_files(project, ignored)
        logger.info("project %s: %s", project, self.manifest)
        self._check_entry(self.manifest)
        target = self._work_folder() / _PROJECT_PART
        manifest.write_archive(self.manifest, target)
        return target

    def test(self) -> None:
        """Run the packed project in a separate process and build the explainer there.

        Raises:
            UserValueError: The code fails, or its predictions differ from those of the sample.
            ArthurUserError: A library is missing.
        """
        archive = self._work_folder() / _PROJECT_PART
        if not archive.exists():
            self.make_zip()
        sample = self._sample()
        if sample is not None and sample.num_rows < _SMALL_SAMPLE:
            logger.warning(
                "the sample for explanations has %d rows; with fewer than %d the explanations may "
                "be poor",
                sample.num_rows,
                _SMALL_SAMPLE,
            )
        outcome = dry_run.run(
            archive=archive,
            explainer=self._work_folder() / _EXPLAINER_PART,
            entry=self.settings["user_predict_function_import_path"],
            project=self._project(),
            sample=sample,
            facts=self._facts(),
        )
        if outcome.get("shap_expected_values") is not None:
            self.settings["shap_expected_values"] = outcome["shap_expected_values"]

    def build_categorical_lookup_table(self) -> list[dict[Any, int] | None]:
        """Number the categories of the inputs.

        Returns:
            For each input in the order of positions: category to number, from the categories of
            the attribute or else from the sample; `None` for inputs that are not strings.
        """
        sample = self._sample()
        table: list[dict[Any, int] | None] = []
        for attribute in self._inputs():
            if attribute.value_type != ValueType.String:
                table.append(None)
                continue
            labels = [category.value for category in attribute.categories or ()]
            if not labels and sample is not None:
                values = {v for v in sample.column(attribute.name).to_pylist() if v is not None}
                labels = sorted(values)
            table.append({label: number for number, label in enumerate(labels)})
        return table

    def validate_requirements_add_sklearn(self) -> list[str]:
        """Check the requirements; a pinned copy of them will be uploaded, the file is not changed.

        Returns:
            What must be corrected; empty when the file is valid.
        """
        path = self._requirements_path()
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            return [f"cannot read {path}: {error}"]
        version = self.settings.get("python_version") or settings.running_python()
        checked = requirements.check_requirements(
            text, same_python=version == settings.running_python()
        )
        for note in checked.notes:
            logger.info("%s: %s", path.name, note)
        self._requirements = checked.text
        return list(checked.problems)

    def get_request_config(self) -> dict[str, Any]:
        """Return the settings that are sent, by their names in the API.

        Returns:
            Settings that are not `None`; with a project the version of Python as well.
        """
        given = dict(self.settings)
        if all(self.contains_file_fields()) and given.get("python_version") is None:
            given["python_version"] = settings.running_python()
        return settings.to_api(given)

    def get_request_files(self) -> list[FilePart]:
        """Return the files that are sent.

        Returns:
            The project, its requirements and the explainer. They exist as long as this object.

        Raises:
            MethodNotApplicableError: `create` was not called.
        """
        from arthurai.transport.multipart import FilePart

        if not self._ready:
            raise MethodNotApplicableError("there are no files yet: call create() first")
        folder = self._work_folder()
        return [
            FilePart(_PROJECT_PART, _PROJECT_PART, folder / _PROJECT_PART, "application/zip"),
            FilePart(
                _REQUIREMENTS_PART,
                _REQUIREMENTS_PART,
                (self._requirements or "").encode(),
                "text/plain",
            ),
            FilePart(_EXPLAINER_PART, _EXPLAINER_PART, folder / _EXPLAINER_PART),
        ]

    # -- parts -------------------------------------------------------------------------------------

    def _project(self) -> Path:
        given = self.settings.get("project_directory")
        if given is None:
            raise MissingParameterError(
                "project_directory is missing, must be the directory to pack"
            )
        project = Path(given).expanduser()
        if not project.is_absolute():
            raise UserValueError(
                f"project_directory must be an absolute path, got {str(given)!r}; such as "
                f"{str(project.resolve())!r}"
            )
        if not project.is_dir():
            raise UserValueError(f"project_directory must be a directory, got {str(given)!r}")
        return project

    def _requirements_path(self) -> Path:
        name = self.settings.get("requirements_file")
        if name is None:
            raise MissingParameterError("requirements_file is missing, must be a list of packages")
        project = self._project()
        path: Path = project / name
        if not path.resolve().is_relative_to(project.resolve()) or not path.is_file():
            raise ArthurUserError(
                f"requirements file {str(name)!r} not found in {str(project)!r}; list the packages "
                "that predict() needs there, such as scikit-learn==1.5.2"
            )
        return path

    def _check_model(self) -> None:
        model = self.model
        require_id(model, "have explanations")
        if model.input_type != InputType.Image and self.settings.get("df") is None:
            raise MissingParameterError("df is missing, must be a sample of inputs and predictions")
        if not self._inputs():
            raise MethodNotApplicableError(f"model {name_of(model)!r} has no inputs to explain")

    def _check_entry(self, packed: Manifest) -> None:
        entry = str(self.settings.get("user_predict_function_import_path"))
        path = entry.replace(".", "/")
        names = {file.name for file in packed.packed}
        if not names & {f"{path}.py", f"{path}/__init__.py"}:
            raise UserValueError(
                f"user_predict_function_import_path={entry!r}, but there is no {path}.py among the "
                f"packed files {list_names(sorted(names), 10)}"
            )

    def _inputs(self) -> list[ArthurAttribute]:
        return sorted(
            self.model.get_attributes(stage=Stage.ModelPipelineInput),
            key=lambda attribute: attribute.position or 0,
        )

    def _outputs(self) -> list[ArthurAttribute]:
        return sorted(
            self.model.get_attributes(stage=Stage.PredictedValue),
            key=lambda attribute: attribute.position or 0,
        )

    def _sample(self) -> Any:
        """Return inputs and predictions of the sample as an Arrow table; `None` for images."""
        if self.model.input_type == InputType.Image or self.settings.get("df") is None:
            return None
        from arthurai.upload.table import to_arrow

        table = to_arrow(self.settings["df"], name="df")
        inputs = [attribute.name for attribute in self._inputs()]
        missing = [name for name in inputs if name not in table.column_names]
        if missing:
            raise UserValueError(
                f"df must have a column for each input; missing are {list_names(missing)}"
            )
        predicted = [attribute.name for attribute in self._outputs()]
        outputs = [name for name in predicted if name in table.column_names]
        if not outputs:
            raise UserValueError(
                "df must have the predictions as well, to be compared with those of the predict "
                f"function; missing are {list_names(predicted)}"
            )
        return table.select([*inputs, *outputs])

    def _facts(self) -> dict[str, Any]:
        """Return the facts about the model that the other process needs."""
        tabular = self.model.input_type == InputType.Tabular
        inputs = self._inputs()
        return {
            "model_type": self.model.output_type,
            "model_input_type": self.model.input_type,
            "predicted_attributes": [attribute.to_dict() for attribute in self._outputs()],
            "inputs": [attribute.name for attribute in inputs],
            "label_mapping": [
                None if labels is None else list(labels.items())
                for labels in (self.build_categorical_lookup_table() if tabular else [])
            ],
            "categorical_features": [
                index
                for index, attribute in enumerate(inputs)
                if attribute.categorical or attribute.value_type == ValueType.String
            ],
            "enable_shap": tabular,
            "shap_training_samples": self.settings.get("shap_nrows") or settings.DEFAULT_SHAP_ROWS,
            "text_delimiter": self.model.text_delimiter or TextDelimiter.NOT_WORD,
            "seed": self.settings.get("seed"),
        }

    def _work_folder(self) -> Path:
        if self._folder is None:
            folder = tempfile.TemporaryDirectory(prefix="arthurai-")
            self._folder = Path(folder.name)
            # The directory is removed with this object, or at the end of the process.
            weakref.finalize(self, folder.cleanup)
        return self._folder
