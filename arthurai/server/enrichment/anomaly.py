"""How unusual an inference is, compared with the reference set."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import numpy as np

from arthurai.common.vocabulary import InputType, Stage, ValueType
from arthurai.server.enrichment.feature_encoding import Columns, Encoder, Matrix
from arthurai.server.enrichment.optional_imports import import_optional
from arthurai.server.enrichment.state_store import EnrichmentError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from arthurai.server.model_schema import Attribute, ModelSchema

    ImageReader = Callable[[str], bytes]

TREES: Final = 100
SUBSAMPLE: Final = 256
HELD_OUT: Final = 0.2
COMPONENTS: Final = 50
EXPLAINED: Final = 0.9
_TINY: Final = 1e-300
_LARGEST: Final = float(np.finfo(np.float32).max) / 4  # ranges of twice the length still fit
HASHED_WORDS: Final = 2**14
THUMBNAIL_PIXELS: Final = 16  # per side
OUTPUT: Final = "output"
MIN_ROWS: Final = 2
_MIN_DENSITY_ROWS: Final = 10
_TEXTS: Final = frozenset({ValueType.Unstructured_Text, ValueType.Tokens, ValueType.String})
_WORDS: Final = r"\W+"
# One character, escape or class, possibly repeated: splitting by it takes linear time.
_PLAIN_DELIMITER: Final = re.compile(r"(?:\\?[^\\\[\](){}*+?|^$]|\\.|\[[^\[\]]+\])[+*]?")


class Scores(NamedTuple):
    """Scores of rows.

    Attributes:
        scores: Between 0 and 1, larger is more unusual, shape (rows,).
        raw: Undistorted losses of text and image models; `None` for tabular ones.
    """

    scores: NDArray[np.float64]
    raw: NDArray[np.float64] | None


class Detector(Protocol):
    """Scores rows after training on the reference set."""

    def score(self, columns: Columns) -> Scores:
        """Score rows, given as values by column."""


def scored_inputs(schema: ModelSchema) -> tuple[Attribute, ...]:
    """Return the attributes from which anomaly scores are computed.

    Args:
        schema: Schema of the model.
    """
    found = schema.by_stage(Stage.ModelPipelineInput)
    if schema.input_type == InputType.NLP:
        return tuple(a for a in found if a.value_type in _TEXTS)
    if schema.input_type == InputType.Image:
        return tuple(a for a in found if a.value_type == ValueType.Image)
    return found


def train_output(schema: ModelSchema, values: Sequence[Any], seed: int) -> Detector | None:
    """Train a detector of generated texts on the reference set.

    Args:
        schema: Schema of the model.
        values: Texts or lists of tokens, none missing.
        seed: Makes the training repeatable.

    Returns:
        The detector, which takes columns of the name `OUTPUT`, or `None` when there are too few
        texts.

    Raises:
        EnrichmentError: the texts hold no words, or packages are missing.
    """
    if len(values) < _MIN_DENSITY_ROWS:
        return None
    return TextDetector((OUTPUT,), schema.text_delimiter, {OUTPUT: values}, seed)


def train(
    schema: ModelSchema, reference: Columns, seed: int, read_image: ImageReader
) -> Detector | None:
    """Train a detector on the reference set.

    Args:
        schema: Schema of the model.
        reference: Values of `scored_inputs(schema)` by column.
        seed: Makes the training repeatable.
        read_image: Returns an image by its id.

    Returns:
        The detector, or `None` when there are too few reference rows to score anything.

    Raises:
        EnrichmentError: no input can be used, or packages are missing.
    """
    used = scored_inputs(schema)
    if not used:
        raise EnrichmentError("the model has no input attribute that anomalies can be found in")
    rows = len(reference[used[0].column])
    if schema.input_type in {InputType.NLP, InputType.Image}:
        if rows < _MIN_DENSITY_ROWS:
            return None
        if schema.input_type == InputType.NLP:
            return TextDetector([a.column for a in used], schema.text_delimiter, reference, seed)
        return ImageDetector(used[0], reference, seed, read_image)
    return ForestDetector(used, reference, seed) if rows >= MIN_ROWS else None


class ForestDetector:
    """An isolation forest over encoded attributes (Liu, Ting, Zhou 2008).

    The score is `2 ** (-E[h(x)] / c(n))`, with the path length h(x) over 100 trees, each grown on
    n = min(256, rows) reference rows to a depth of at most log2 n, and the mean path length c(n) of
    an unsuccessful search in a binary tree of n leaves. Usual rows score about 0.5.
    """

    def __init__(self, attributes: Sequence[Attribute], reference: Columns, seed: int) -> None:
        """Grow the forest.

        Args:
            attributes: Input attributes of the model.
            reference: Their values in the reference set.
            seed: Seed of the forest.
        """
        ensemble = import_optional("sklearn.ensemble")
        self._encoder = Encoder(attributes, reference, other=True)
        if not self._encoder.features:
            raise EnrichmentError(
                "no input attribute can be used: all are empty, unique texts or have more than"
                " 50 categories"
            )
        matrix = self._encoder.transform(reference)
        # The forest rounds to 32 bits; shifting all values does not change its splits.
        self._center = np.median(matrix, axis=0)
        matrix = self._near_zero(matrix)
        self._forest = ensemble.IsolationForest(
            n_estimators=TREES, max_samples=min(SUBSAMPLE, len(matrix)), random_state=seed
        ).fit(matrix)

    def score(self, columns: Columns) -> Scores:
        """Score rows.

        Args:
            columns: Values of the attributes.
        """
        matrix = self._near_zero(self._encoder.transform(columns))
        return Scores(-self._forest.score_samples(matrix), None)

    def _near_zero(self, matrix: Matrix) -> Matrix:
        return np.clip(matrix - self._center, -_LARGEST, _LARGEST)


class _Density:
    """Distances from the span of the principal components of most reference vectors.

    The squared distance is the raw score; the share of held-out reference vectors whose distance
    is not larger is the score.
    """

    def __init__(self, vectors: Any, seed: int) -> None:
        decomposition = import_optional("sklearn.decomposition")
        rows, width = vectors.shape
        order = np.random.default_rng(seed).permutation(rows)
        held_out = max(1, round(rows * HELD_OUT))
        kept = vectors[order[held_out:]]
        components = max(1, min(COMPONENTS, kept.shape[0] // 2, width - 1))
        found = decomposition.TruncatedSVD(components, random_state=seed).fit(kept)
        # A span of all vectors would leave no distances.
        shares = np.cumsum(found.singular_values_**2) / max(_squares(kept).sum(), _TINY)
        self._span = found.components_[: int(np.searchsorted(shares, EXPLAINED)) + 1]
        self._losses = np.sort(self._loss(vectors[order[:held_out]]))

    def _loss(self, vectors: Any) -> NDArray[np.float64]:
        within = np.square(np.asarray(vectors @ self._span.T)).sum(axis=1)
        loss: NDArray[np.float64] = np.maximum(_squares(vectors) - within, 0.0)
        return loss

    def score(self, vectors: Any) -> Scores:
        raw = self._loss(vectors)
        ranks = np.searchsorted(self._losses, raw, side="right")
        return Scores(ranks / len(self._losses), raw)


class TextDetector:
    """Word counts weighted by rarity, and their distance from the usual ones."""

    def __init__(
        self,
        columns: Sequence[str],
        delimiter: str | None,
        reference: Columns,
        seed: int,
    ) -> None:
        """Learn the usual texts.

        Args:
            columns: Names of the columns with texts or tokens.
            delimiter: Regular expression that splits texts into words; one that might take long
                to match is replaced by non-word characters.
            reference: Values in the reference set.
            seed: Makes the training repeatable.
        """
        text = import_optional("sklearn.feature_extraction.text")
        self._columns = columns
        if delimiter is None or not _PLAIN_DELIMITER.fullmatch(delimiter):
            delimiter = _WORDS
        self._delimiter = re.compile(delimiter)
        # Hashed, so that unseen words count as well.
        self._counts = text.HashingVectorizer(
            tokenizer=self._words,
            token_pattern=None,
            lowercase=False,
            alternate_sign=False,
            norm=None,
            n_features=HASHED_WORDS,
        )
        counts = self._counts.transform(self._texts(reference))
        if not counts.nnz:
            raise EnrichmentError("the texts of the reference set hold no words")
        self._weights = text.TfidfTransformer().fit(counts)
        self._density = _Density(self._weights.transform(counts), seed)

    def _words(self, text: str) -> list[str]:
        return [word for word in self._delimiter.split(text.lower()) if word]

    def _texts(self, columns: Columns) -> list[str]:
        values = zip(*(columns[name] for name in self._columns), strict=True)
        return [" ".join(_as_text(part) for part in parts) for parts in values]

    def score(self, columns: Columns) -> Scores:
        """Score rows.

        Args:
            columns: Values of the attributes.
        """
        return self._density.score(
            self._weights.transform(self._counts.transform(self._texts(columns)))
        )


class ImageDetector:
    """Small grey images, and their distance from the usual ones."""

    def __init__(
        self, attribute: Attribute, reference: Columns, seed: int, read_image: ImageReader
    ) -> None:
        """Learn the usual images.

        Args:
            attribute: The attribute with the images' ids.
            reference: Ids of the reference images.
            seed: Makes the training repeatable.
            read_image: Returns an image by its id.
        """
        self._attribute = attribute
        self._read = read_image
        self._density = _Density(self._pixels(reference), seed)

    def _pixels(self, columns: Columns) -> NDArray[np.float64]:
        image = import_optional("PIL.Image")
        pictures = np.zeros(
            (len(columns[self._attribute.column]), THUMBNAIL_PIXELS * THUMBNAIL_PIXELS)
        )
        for row, image_id in enumerate(columns[self._attribute.column]):
            if image_id is None:
                continue
            try:
                with image.open(io.BytesIO(self._read(image_id))) as picture:
                    grey = picture.convert("L").resize((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
            except (OSError, ValueError, SyntaxError, image.DecompressionBombError):
                continue  # what Pillow cannot read counts as black
            pictures[row] = np.asarray(grey, dtype=np.float64).ravel() / 255
        return pictures

    def score(self, columns: Columns) -> Scores:
        """Score rows.

        Args:
            columns: Ids of the images.
        """
        return self._density.score(self._pixels(columns))


def _squares(vectors: Any) -> NDArray[np.float64]:
    """Return the squared length of each row of a dense or sparse matrix."""
    products = vectors.multiply(vectors) if hasattr(vectors, "multiply") else vectors * vectors
    return np.asarray(products.sum(axis=1), dtype=np.float64).ravel()


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
