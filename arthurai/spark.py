"""Frames of Spark: each partition is sent by the executor that has it.

`send` sends a frame. `ArthurDataSource` is the same as a data source, for frames and for streams,
and reads the answers of queries. Needs PySpark 4.1: the extra `spark`, and Java.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyspark import TaskContext, cloudpickle
from pyspark.sql.datasource import (
    DataSource,
    DataSourceArrowWriter,
    DataSourceReader,
    DataSourceStreamArrowWriter,
    WriterCommitMessage,
)
from pyspark.sql.pandas.types import from_arrow_schema

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.integrations.cluster_options import ClusterOptions
from arthurai.integrations.send_account import PartitionAccount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping

    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

    from arthurai.integrations.partition_sender import PartitionSender
    from arthurai.integrations.send_account import SendAccount

_BATCH_PROPERTY = "streaming.sql.batchId"


def send(frame: DataFrame, sender: PartitionSender, *, complete_batch: bool = True) -> SendAccount:
    """Send a frame, and wait until it is sent.

    Args:
        frame: The rows.
        sender: What sends them.
        complete_batch: Whether the batches of a batch model are closed.

    Returns:
        What became of the rows, by partition.

    Raises:
        UserTypeError: `frame` is no frame of Spark.
        UserValueError: A credential would be sent to the executors.
        PythonException: A partition could not be sent; its text has the `ArthurError`.
        ArthurError: Rows were not accepted.
    """
    if not hasattr(frame, "mapInArrow"):
        raise UserTypeError(f"frame must be a frame of Spark, got {type(frame).__name__}")
    sender.check_payload(cloudpickle.dumps(sender))

    def send_partition(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        account = sender.send(batches, _partition_number())
        yield pa.RecordBatch.from_pydict({"account": [account.to_json()]})

    rows = frame.mapInArrow(send_partition, "account string").collect()
    accounts = [PartitionAccount.from_json(row["account"]) for row in rows]
    return sender.finish(accounts, complete_batch=complete_batch)


def register(session: SparkSession) -> None:
    """Make the data source known to a Spark session, as the format `arthur`.

    Args:
        session: The session.
    """
    session.dataSource.register(ArthurDataSource)


class ArthurDataSource(DataSource):
    """The format `arthur`: rows of a model are written, answers of queries are read.

    Options of both are `model` (its id), `url` (else `ARTHUR_ENDPOINT_URL` of the driver),
    `allow_insecure`, `organization_id`, `verify_ssl` and `credentials`
    (`package.module:function`). Writing takes the arguments of `PartitionSender` (`redact` as JSON
    such as `{"email": "hash"}`), `complete_batch`, and `account_path`, a directory of the driver
    into which the account of each job is written. Reading takes `query`, as JSON, and `query_type`.
    """

    def __init__(self, options: MutableMapping[str, str]) -> None:
        super().__init__(options)
        self._given = ClusterOptions(dict(options.items()))

    @classmethod
    def name(cls) -> str:
        """Return the name of the format."""
        return "arthur"

    def schema(self) -> StructType:
        """Return the columns of the answer; asks the query."""
        return from_arrow_schema(self._given.ask().schema)

    def reader(self, schema: StructType) -> DataSourceReader:
        """Return what reads the answer of a query.

        Args:
            schema: Its columns.
        """
        return _AnswerReader(self._given.for_workers(), schema.fieldNames())

    def writer(self, schema: StructType, overwrite: bool) -> DataSourceArrowWriter:
        """Return what sends a frame.

        Args:
            schema: Its columns.
            overwrite: Whether what is there is replaced, which is refused.
        """
        del schema
        _refuse_overwriting(overwrite)
        return _FrameWriter(self._given)

    def streamWriter(  # noqa: N802 - the name of Spark
        self, schema: StructType, overwrite: bool
    ) -> DataSourceStreamArrowWriter:
        """Return what sends a stream.

        Args:
            schema: Its columns.
            overwrite: Whether what is there is replaced, which is refused.
        """
        _refuse_overwriting(overwrite)
        self._given.check_stream(schema.fieldNames())
        return _StreamWriter(self._given)


class _Message(WriterCommitMessage):
    """The account of a partition, on its way to the driver."""

    def __init__(self, account: PartitionAccount) -> None:
        self.account = account


class _FrameWriter(DataSourceArrowWriter):
    def __init__(self, options: ClusterOptions) -> None:
        self._options = options
        self._sender = options.make_sender()

    def write(self, iterator: Iterator[pa.RecordBatch]) -> WriterCommitMessage:
        return _Message(self._sender.send(iterator, _partition_number()))

    def commit(self, messages: list[WriterCommitMessage | None]) -> None:
        self._options.finish(self._sender, _accounts(messages), self._sender.run)

    def abort(self, messages: list[WriterCommitMessage | None]) -> None:
        """Leave what was sent: repeating the job stores nothing twice."""


class _StreamWriter(DataSourceStreamArrowWriter):
    def __init__(self, options: ClusterOptions) -> None:
        self._options = options
        self._sender = options.make_sender()

    def write(self, iterator: Iterator[pa.RecordBatch]) -> WriterCommitMessage:
        context: Any = TaskContext.get()
        batch = context.getLocalProperty(_BATCH_PROPERTY)
        return _Message(self._sender.send(iterator, f"{batch}/{_partition_number()}"))

    def commit(self, messages: list[WriterCommitMessage | None], batchId: int) -> None:  # noqa: N803 - the name of Spark
        # A batch that is sent again replaces its own account.
        name = f"{self._options.text('run') or 'stream'}-{batchId}"
        self._options.finish(self._sender, _accounts(messages), name)

    def abort(self, messages: list[WriterCommitMessage | None], batchId: int) -> None:  # noqa: N803 - the name of Spark
        """Leave what was sent: Spark sends the batch again, which stores nothing twice."""


class _AnswerReader(DataSourceReader):
    """Reads the answer of a query, in one partition."""

    def __init__(self, options: ClusterOptions, names: list[str]) -> None:
        self._options = options
        self._names = names

    def read(self, partition: Any) -> Iterator[tuple[Any, ...]]:
        del partition
        for row in self._options.ask().to_pylist():
            yield tuple(row.get(name) for name in self._names)


def _partition_number() -> str:
    context: Any = TaskContext.get()
    return str(context.partitionId())


def _accounts(messages: Iterable[WriterCommitMessage | None]) -> list[PartitionAccount]:
    return [message.account for message in messages if isinstance(message, _Message)]


def _refuse_overwriting(overwrite: bool) -> None:
    if overwrite:
        raise UserValueError(
            'mode must be "append", got "overwrite": rows of a model are not replaced'
        )
