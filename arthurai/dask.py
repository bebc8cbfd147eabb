"""Frames of Dask: each partition is sent by the worker that computes it.

Needs Dask: the extra `dask`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloudpickle
import dask
from dask.delayed import delayed

from arthurai.common.exceptions import UserTypeError

if TYPE_CHECKING:
    import dask.dataframe as dd

    from arthurai.integrations.partition_sender import PartitionSender
    from arthurai.integrations.send_account import PartitionAccount, SendAccount


def send(
    frame: dd.DataFrame, sender: PartitionSender, *, retries: int = 0, complete_batch: bool = True
) -> SendAccount:
    """Send a frame, and wait until it is sent.

    It is computed by the current scheduler: the threads of this process, or the cluster of the
    current `distributed.Client`, whose workers have to have this package and credentials.

    Args:
        frame: The rows.
        sender: What sends them.
        retries: How often a cluster repeats a partition that has failed; the schedulers of one
            machine repeat nothing.
        complete_batch: Whether the batches of a batch model are closed.

    Returns:
        What became of the rows, by partition.

    Raises:
        UserTypeError: `frame` is no frame of Dask.
        UserValueError: A credential would be sent to the workers.
        ArthurError: A partition could not be sent, or rows were not accepted.
    """
    if not hasattr(frame, "to_delayed") or not hasattr(frame, "npartitions"):
        raise UserTypeError(f"frame must be a frame of Dask, got {type(frame).__name__}")
    if not sender.is_local:
        sender.check_payload(cloudpickle.dumps(sender))
    send_one = delayed(_send_partition, pure=False)
    tasks = [send_one(part, sender, str(n)) for n, part in enumerate(frame.to_delayed())]
    accounts: tuple[PartitionAccount, ...] = dask.compute(*tasks, retries=retries)
    return sender.finish(accounts, complete_batch=complete_batch)


def _send_partition(part: object, sender: PartitionSender, partition: str) -> PartitionAccount:
    return sender.send([part], partition)
