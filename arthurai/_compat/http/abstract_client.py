"""What every client with HTTP verbs offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class AbstractHTTPClient(ABC):
    """HTTP verbs on one server."""

    @abstractmethod
    def send(
        self,
        endpoint: str,
        method: str,
        json: Any = None,
        files: Any = None,
        headers: Any = None,
        params: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Send a request."""

    @abstractmethod
    def get(self, endpoint: str, headers: Any = None, params: Any = None, **kwargs: Any) -> Any:
        """Send a GET request."""

    @abstractmethod
    def post(
        self, endpoint: str, json: Any = None, files: Any = None, headers: Any = None, **kwargs: Any
    ) -> Any:
        """Send a POST request."""

    @abstractmethod
    def patch(
        self, endpoint: str, json: Any = None, files: Any = None, headers: Any = None, **kwargs: Any
    ) -> Any:
        """Send a PATCH request."""

    @abstractmethod
    def put(
        self, endpoint: str, json: Any = None, files: Any = None, headers: Any = None, **kwargs: Any
    ) -> Any:
        """Send a PUT request."""

    @abstractmethod
    def delete(self, endpoint: str, headers: Any = None, **kwargs: Any) -> Any:
        """Send a DELETE request."""
