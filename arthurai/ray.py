"""Datasets of Ray: each block is sent by the task that writes it.

Needs Ray: the extra `ray`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ray import cloudpickle
from ray.data import Datasink
from ray.data.block import BlockAccessor

from arthurai.common.exceptions import UserTypeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import ray.data

    from arthurai.integrations.partition_sender import PartitionSender
    from arthurai.integrations.send_account import PartitionAccount, SendAccount


class ArthurDatasink(Datasink):
    """Sends the blocks of a dataset: `dataset.write_datasink(ArthurDatasink(sender))`.

    Args:
        sender: What sends them.
        complete_batch: Whether the batches of a batch model are closed.

    Attributes:
        account: What became of the rows, once all are sent.
    """

    def __init__(self, sender: PartitionSender, *, complete_batch: bool = True) -> None:
        sender.check_payload(cloudpickle.dumps(sender))
        self.account: SendAccount | None = None
        self._sender = sender
        self._complete_batch = complete_batch

    def write(self, blocks: Iterable[Any], ctx: Any) -> PartitionAccount:
        """Send the blocks of a task.

        Args:
            blocks: The blocks.
            ctx: Has the number of the task, the same for each attempt.
        """
        tables = (BlockAccessor.for_block(block).to_arrow() for block in blocks)
        return self._sender.send(tables, str(ctx.task_idx))

    def on_write_complete(self, write_result: Any) -> None:
        """Close what was sent, on the driver.

        Args:
            write_result: What `write` has returned, for each task once.
        """
        self.account = self._sender.finish(
            write_result.write_returns, complete_batch=self._complete_batch
        )


def send(
    dataset: ray.data.Dataset,
    sender: PartitionSender,
    *,
    retries: int = 3,
    complete_batch: bool = True,
) -> SendAccount:
    """Send a dataset, and wait until it is sent.

    The workers have to have this package and credentials, for example by the `runtime_env` of
    `ray.init`.

    Args:
        dataset: The rows.
        sender: What sends them.
        retries: How often Ray repeats a task that has failed, also by an exception of this package.
        complete_batch: Whether the batches of a batch model are closed.

    Returns:
        What became of the rows, by task.

    Raises:
        UserTypeError: `dataset` is no dataset of Ray.
        UserValueError: A credential would be sent to the workers.
        RayTaskError: A task could not send its rows; the cause is an `ArthurError`.
        ArthurError: Rows were not accepted.
    """
    if not hasattr(dataset, "write_datasink"):
        raise UserTypeError(f"dataset must be a dataset of Ray, got {type(dataset).__name__}")
    sink = ArthurDatasink(sender, complete_batch=complete_batch)
    options = {"max_retries": retries, "retry_exceptions": retries > 0}
    dataset.write_datasink(sink, ray_remote_args=options)
    # A dataset without blocks starts no task, and completes nothing.
    return sink.account or sender.finish([], complete_batch=complete_batch)
