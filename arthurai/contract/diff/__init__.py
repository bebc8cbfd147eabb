"""What a change of the OpenAPI document breaks.

Every difference between two bundled documents is breaking, additive or cosmetic, judged separately
for requests and responses; the most severe one decides which part of the version number grows.
"""

from arthurai.contract.diff.changes import Bump, Change, Severity, Side, bump_of
from arthurai.contract.diff.document_changes import compare_documents

__all__ = ["Bump", "Change", "Severity", "Side", "bump_of", "compare_documents"]
