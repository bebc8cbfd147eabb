"""Many changes of the API description made at once, for one run of the type checker."""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from scripts.spec_mutations import Document, ImpossibleChangeError, Mutation

MAX_CHANGES = 40


@dataclass
class Batch:
    """Changes of one document, no two of which concern members of one name or within each other.

    Attributes:
        bundle: The document with all of them.
        mutations: Each change, by the name that it concerns.
    """

    bundle: dict[str, Any]
    mutations: dict[str, Mutation] = field(default_factory=dict)


def name_of(document: Document, mutation: Mutation) -> str:
    """Return the name of the member, part or parameter that a change concerns, as in Python."""
    node = document.at(mutation.place.pointer)
    is_parameter = mutation.place.kind == "parameter"
    name: str = node["name"] if is_parameter else mutation.place.pointer[-1]
    return PythonIdentifier(name, "")


def batches_of(document: Document, mutations: Sequence[Mutation]) -> list[Batch]:
    """Put changes together; parameters of paths are left out, as they reach too far.

    Args:
        document: The document with its places.
        mutations: The changes; those of statuses and headers change no types.
    """
    found: list[Batch] = []
    for mutation in mutations:
        place = mutation.place
        if place.kind == "parameter" and document.at(place.pointer)["in"] == "path":
            continue
        name = name_of(document, mutation)
        batch = next((one for one in found if _fits(one, mutation, name)), None)
        if batch is None:
            batch = Batch(copy.deepcopy(document.bundle))
            found.append(batch)
        try:
            batch.bundle = Document(batch.bundle, set()).mutated(mutation)
        except ImpossibleChangeError:
            continue
        batch.mutations[name] = mutation
    return found


def halves_of(document: Document, batch: Batch) -> list[Batch]:
    """Split a batch that could not be generated; none are left of a single change.

    Args:
        document: The document with its places.
        batch: The changes.
    """
    made = list(batch.mutations.values())
    half = len(made) // 2
    if half == 0:
        return []
    return batches_of(document, made[:half]) + batches_of(document, made[half:])


def _fits(batch: Batch, mutation: Mutation, name: str) -> bool:
    """Return whether a change can be made, and told, beside those of a batch."""
    if name in batch.mutations or len(batch.mutations) >= MAX_CHANGES:
        return False
    return not any(_disturbs(mutation, other) for other in batch.mutations.values())


def _disturbs(one: Mutation, other: Mutation) -> bool:
    """Return whether two changes concern one place, or one of them the way to the other."""
    shared = min(len(one.place.pointer), len(other.place.pointer))
    if one.place.pointer[:shared] == other.place.pointer[:shared]:
        return True
    # A parameter that is removed changes the numbers of those beside it.
    are_parameters = one.place.kind == other.place.kind == "parameter"
    is_removed = "remove" in (one.action, other.action)
    return are_parameters and is_removed and bool(one.place.operations & other.place.operations)


def blamed(batch: Batch, errors: Sequence[str]) -> Iterator[tuple[Mutation, str]]:
    """Yield the changes whose names stand in errors of the curated layer, with the errors.

    Args:
        batch: The changes.
        errors: What the type checker says of the document with all of them.
    """
    for name, mutation in batch.mutations.items():
        quoted = re.compile(rf'(?:argument|attribute|item|key) "{re.escape(name)}"', re.IGNORECASE)
        for error in errors:
            if error.startswith("arthurai/") and quoted.search(error):
                yield mutation, error
                break
