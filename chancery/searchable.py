"""The few search attributes: codes and an instant, never a name; of a case-bound obligation only its status."""

from collections.abc import Sequence
from typing import Any, Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

MISSION: Final = SearchAttributeKey.for_keyword("Mission")
DEFINITION: Final = SearchAttributeKey.for_keyword("Definition")
NEXT_DEADLINE: Final = SearchAttributeKey.for_datetime("NextDeadline")
STATUS: Final = SearchAttributeKey.for_keyword("Status")

ALL: Final[Sequence[SearchAttributeKey[Any]]] = (MISSION, DEFINITION, NEXT_DEADLINE, STATUS)


async def register(client: Client) -> list[str]:
    """Register what the server lacks; the names added. A workflow with one that is not registered cannot start."""
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
        missing = [key for key in ALL if key.name not in known.custom_attributes]
    except RPCError as problem:
        if problem.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
        missing = list(ALL)  # the time-skipping server cannot list them
    if missing:
        types = {key.name: _indexed(key) for key in missing}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as problem:
            if problem.status is not RPCStatusCode.ALREADY_EXISTS:
                raise
    return [key.name for key in missing]


def _indexed(key: SearchAttributeKey[Any]) -> "IndexedValueType.ValueType":
    datetime_type = IndexedValueType.INDEXED_VALUE_TYPE_DATETIME
    return datetime_type if key is NEXT_DEADLINE else IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
